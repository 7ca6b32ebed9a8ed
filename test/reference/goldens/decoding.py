"""Small pictures in every format and colour type, with Pillow's idea of their pixels."""

import hashlib
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

WIDTH, HEIGHT = 29, 23


def base_pixels() -> np.ndarray:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    pixels = np.stack([x * 255 // (WIDTH - 1), y * 255 // (HEIGHT - 1), (x * 7 + y * 13) % 256], -1)
    return pixels.astype(np.uint8)


def png16(pixels: np.ndarray, colour_type: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 16, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def on_white(image: Image.Image) -> Image.Image:
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)


def goldens(folder: Path) -> list:
    cases = []
    pixels = base_pixels()
    picture = Image.fromarray(pixels)
    grey = picture.convert("L")
    alpha = Image.fromarray((pixels[:, :, 0] // 2 * 2)[:, ::-1].copy())

    def add(name: str, tolerance: int, expected: Image.Image | None = None, content: bytes | None = None, image=None, **options) -> None:
        path = folder / name
        if content is not None:
            path.write_bytes(content)
        else:
            (image or picture).save(path, **options)
        rgb = np.asarray((expected or ImageOps.exif_transpose(Image.open(path))).convert("RGB"))
        case = {"file": name, "width": rgb.shape[1], "height": rgb.shape[0], "tolerance": tolerance}
        if tolerance == 0:
            case["sha256"] = hashlib.sha256(rgb.tobytes()).hexdigest()
        else:
            case["samples"] = rgb[::5, ::5].reshape(-1).tolist()
        cases.append(case)

    add("rgb.png", 0)
    add("srgb-profile.png", 0, icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    add("grey.png", 0, image=grey)
    add("one-bit.png", 0, image=picture.convert("1"))
    add("palette.png", 0, image=picture.quantize(32))
    add("palette-transparent.png", 0, image=picture.quantize(32), transparency=3, expected=on_white(transparent_palette(picture)))
    add("rgba.png", 0, image=with_alpha(picture, alpha), expected=on_white(with_alpha(picture, alpha)))
    add("grey-alpha.png", 0, image=Image.merge("LA", (grey, alpha)), expected=on_white(Image.merge("LA", (grey, alpha))))
    wide = pixels.astype(np.uint16) * 257
    add("rgb16.png", 0, content=png16(wide, 2), expected=picture)
    add("grey16.png", 0, content=png16(wide[:, :, 0], 0), expected=Image.fromarray(pixels[:, :, 0]))
    opaque = np.full((HEIGHT, WIDTH, 1), 65535, np.uint16)
    add("rgba16.png", 0, content=png16(np.concatenate([wide, opaque], -1), 6), expected=picture)
    add("444.jpg", 1, quality=95, subsampling=0)
    add("420-progressive.jpg", 1, quality=80, progressive=True)
    add("grey.jpg", 1, image=grey, quality=90)
    # Pillow converts CMYK without a profile, so this only tells that no ink is swapped or inverted.
    add("cmyk.jpg", 110, image=picture.convert("CMYK"), quality=95)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        add(f"orientation-{orientation}.jpg", 1, quality=90, subsampling=0, exif=exif)
    add("lossless.webp", 0, lossless=True)
    add("lossy.webp", 1, quality=80)
    add("alpha.webp", 0, image=with_alpha(picture, alpha), expected=on_white(with_alpha(picture, alpha)), lossless=True, exact=True)
    mirrored = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    add("animated.webp", 0, lossless=True, save_all=True, append_images=[mirrored], expected=picture)
    add("still.gif", 0)
    add("animated.gif", 0, save_all=True, append_images=[mirrored])
    add("plain.tif", 0)
    add("lzw.tif", 0, compression="tiff_lzw")
    add("pages.tif", 0, save_all=True, append_images=[mirrored])
    add("picture.avif", 2, quality=90, subsampling="4:4:4")
    return cases


def with_alpha(picture: Image.Image, alpha: Image.Image) -> Image.Image:
    result = picture.copy()
    result.putalpha(alpha)
    return result


def transparent_palette(picture: Image.Image) -> Image.Image:
    palette = picture.quantize(32)
    palette.info["transparency"] = 3
    return palette
