"""Pictures whose samples or colours are out of the ordinary, with their pixels in 8-bit sRGB: littleCMS's idea of them where it
reads the file (by Pillow), double precision arithmetic elsewhere; and files of kinds that are refused by name.

`light` of a profile is checked against littleCMS on 8-bit samples, so that the arithmetic stands on something."""

import base64
import hashlib
import io
import struct
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import pillow_heif
import tifffile
from PIL import Image, ImageCms

import profiles
from profiles import ADOBE_RGB, DISPLAY_P3, PROPHOTO, SRGB

WIDTH, HEIGHT = 24, 16
LINEAR = ("Linear", profiles.linear_curve(), lambda value: value)


def base() -> np.ndarray:
    """RGB from 0 to 1, [height, width, 3]: every 16-bit sample matters."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return np.stack([x / (WIDTH - 1), y / (HEIGHT - 1), (x * 7 + y * 13) % 29 / 28], -1)


def bytes_of(values: np.ndarray) -> np.ndarray:
    return np.round(values * 255).astype(np.uint8)


def words_of(values: np.ndarray) -> np.ndarray:
    return np.round(values * 65535).astype(np.uint16)


def managed(image: Image.Image, icc: bytes) -> np.ndarray:
    """What littleCMS makes of a picture of a profile, perceptual intent."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    return np.asarray(ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), 0, outputMode="RGB"))


def on_white(rgb: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    return np.round(rgb * alpha[..., None] + 255 * (1 - alpha[..., None])).astype(np.uint8)


class Goldens:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pictures: list = []
        self.refusals: list = []

    def expect(self, name: str, expected: np.ndarray, tolerance: int) -> None:
        rgb = np.ascontiguousarray(expected if expected.ndim == 3 else np.stack([expected] * 3, -1))
        assert rgb.dtype == np.uint8
        case = {"file": name, "width": rgb.shape[1], "height": rgb.shape[0], "tolerance": tolerance}
        if tolerance == 0:
            case["sha256"] = hashlib.sha256(rgb.tobytes()).hexdigest()
        else:
            case["pixels"] = base64.b64encode(rgb.tobytes()).decode()
        self.pictures.append(case)

    def tiff(self, name: str, data: np.ndarray, expected: np.ndarray, tolerance: int = 0, **options) -> None:
        write_tiff(self.folder / name, data, **options)
        self.expect(name, expected, tolerance)

    def refuse(self, name: str, words: str, content: bytes | None = None) -> None:
        if content is not None:
            (self.folder / name).write_bytes(content)
        self.refusals.append({"file": name, "words": words})

    def refuse_tiff(self, name: str, words: str, data: np.ndarray, **options) -> None:
        write_tiff(self.folder / name, data, **options)
        self.refuse(name, words)


def write_tiff(path: Path, data: np.ndarray, **options) -> None:
    tifffile.imwrite(path, data, **({"metadata": None, "software": False, "planarconfig": "contig"} | options))


def goldens(folder: Path) -> dict:
    made = Goldens(folder)
    srgb_by_other_names(made)
    other_spaces_called_srgb(made)
    sixteen_bits_with_profile(made)
    grey_profiles(made)
    float_samples(made)
    integer_samples(made)
    extra_samples(made)
    lab(made)
    inks(made)
    tables(made)
    orientations(made)
    jpegs(made)
    animations(made)
    deep_avif(made)
    refused_tiffs(made)
    other_formats(made)
    return {"pictures": made.pictures, "refusals": made.refusals}


def srgb_by_other_names(made: Goldens) -> None:
    """sRGB in every way that it is written, under names that don't say so: the pixels stay as they are."""
    pixels = bytes_of(base())
    built_in = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    table = profiles.table_curve(profiles.srgb_light, 1024)
    for name, icc in {
        "table": profiles.rgb_profile("Display of the shop", SRGB, table),
        "short-table": profiles.rgb_profile("c2", SRGB, profiles.table_curve(profiles.srgb_light, 26)),
        "parametric": profiles.rgb_profile("Google/Skia/E3CADAB7BD3DE5E3436874D2A9DEE126", SRGB, profiles.srgb_parametric(), 4),
        "argyll": profiles.rgb_profile("untitled", profiles.ARGYLL_SRGB, table),
        "littlecms": built_in,
    }.items():
        Image.fromarray(pixels).save(made.folder / f"srgb-{name}.png", icc_profile=icc)
        made.expect(f"srgb-{name}.png", pixels, 0)
    words = words_of(base())
    icc = profiles.rgb_profile("Display of the shop", SRGB, table)
    made.tiff("srgb-table-16.tif", words, (words >> 8).astype(np.uint8), photometric="rgb", iccprofile=icc)


SPACES = {
    "linear": (SRGB, *LINEAR[1:], "sRGB IEC61966-2.1 (Linear RGB Profile)"),
    "p3": (DISPLAY_P3, profiles.table_curve(profiles.srgb_light, 1024), profiles.srgb_light, "sRGB IEC61966-2.1 wide (P3)"),
    "adobe": (ADOBE_RGB, profiles.gamma_curve(563 / 256), lambda value: value ** (563 / 256), "not sRGB built-in"),
    "prophoto": (PROPHOTO, profiles.gamma_curve(1.8), lambda value: value ** (round(1.8 * 256) / 256), "sRGB built-in"),
}


def other_spaces_called_srgb(made: Goldens) -> None:
    pixels = bytes_of(base())
    for name, (colorants, curve, light, words) in SPACES.items():
        icc = profiles.rgb_profile(words, colorants, curve)
        expected = managed(Image.fromarray(pixels), icc)
        arithmetic = profiles.to_srgb(pixels / 255, colorants, light)
        assert np.abs(expected.astype(int) - arithmetic).max() <= 1, name
        Image.fromarray(pixels).save(made.folder / f"{name}.png", icc_profile=icc)
        made.expect(f"{name}.png", expected, 1)


def sixteen_bits_with_profile(made: Goldens) -> None:
    words = words_of(base())
    opacity = words_of(np.linspace(0, 1, WIDTH)[None, :].repeat(HEIGHT, 0))
    for name, (colorants, curve, light, title) in SPACES.items():
        icc = profiles.rgb_profile(title, colorants, curve)
        expected = profiles.to_srgb(words / 65535, colorants, light)
        made.tiff(f"{name}-16.tif", words, expected, 1, photometric="rgb", iccprofile=icc)
        content = imagecodecs.png_encode(words)
        (made.folder / f"{name}-16.png").write_bytes(with_png_profile(content, icc))
        made.expect(f"{name}-16.png", expected, 1)
    rgba = np.concatenate([words, opacity[..., None]], -1)
    icc = profiles.rgb_profile("P3", DISPLAY_P3, SPACES["p3"][1])
    (made.folder / "p3-16-alpha.png").write_bytes(with_png_profile(imagecodecs.png_encode(rgba), icc))
    made.expect("p3-16-alpha.png", on_white(profiles.to_srgb(words / 65535, DISPLAY_P3, profiles.srgb_light), opacity / 65535), 1)


def with_png_profile(png: bytes, icc: bytes) -> bytes:
    """A PNG with a profile's chunk behind its header."""
    data = b"profile\0\0" + zlib.compress(icc)
    chunk = struct.pack(">I", len(data)) + b"iCCP" + data + struct.pack(">I", zlib.crc32(b"iCCP" + data))
    return png[:33] + chunk + png[33:]


def grey_profiles(made: Goldens) -> None:
    pixels = bytes_of(base()[..., 2])
    words = words_of(base()[..., 2])
    for name, curve, light in [("linear", *LINEAR[1:]), ("gamma", profiles.gamma_curve(1.8), lambda value: value ** (461 / 256))]:
        icc = profiles.grey_profile("sRGB IEC61966-2.1 grey", curve)
        Image.fromarray(pixels).save(made.folder / f"grey-{name}.png", icc_profile=icc)
        made.expect(f"grey-{name}.png", managed(Image.fromarray(pixels), icc), 1)
        expected = np.round(profiles.srgb_value(light(words / 65535)) * 255).astype(np.uint8)
        made.tiff(f"grey-{name}-16.tif", words, expected, 1, photometric="minisblack", iccprofile=icc)
        (made.folder / f"grey-{name}-16.png").write_bytes(with_png_profile(imagecodecs.png_encode(words), icc))
        made.expect(f"grey-{name}-16.png", expected, 1)
    lightness = profiles.grey_profile("Lightness", profiles.linear_curve(), pcs=b"Lab ")
    f = (words / 65535 * 100 + 16) / 116
    light = np.where(words / 65535 * 100 > 8, f**3, words / 65535 * 100 * 27 / 24389)
    made.tiff("grey-lightness-16.tif", words, np.round(profiles.srgb_value(light) * 255).astype(np.uint8), 1, photometric="minisblack", iccprofile=lightness)
    # Profiles of another colour space than the picture's count for nothing.
    Image.fromarray(pixels).save(made.folder / "grey-with-rgb-profile.png", icc_profile=profiles.rgb_profile("P3", PROPHOTO, linear := profiles.linear_curve()))
    made.expect("grey-with-rgb-profile.png", pixels, 0)
    Image.fromarray(bytes_of(base())).save(made.folder / "rgb-with-grey-profile.jpg", quality=95, subsampling=0, icc_profile=profiles.grey_profile("grey", linear))
    with Image.open(made.folder / "rgb-with-grey-profile.jpg") as image:
        made.expect("rgb-with-grey-profile.jpg", np.asarray(image), 1)


def float_samples(made: Goldens) -> None:
    rgb = base()
    grey = rgb[..., 2]
    alpha = np.linspace(0, 1, WIDTH)[None, :].repeat(HEIGHT, 0)
    beyond = rgb * 1.5 - 0.25
    broken = rgb.astype(np.float32)
    broken[2, 3], broken[4, 5], broken[6, 7] = np.nan, np.inf, -np.inf
    linear = profiles.rgb_profile("Linear", SRGB, profiles.linear_curve())
    for bits, kind in [(16, np.float16), (32, np.float32), (64, np.float64)]:
        made.tiff(f"float{bits}-grey.tif", grey.astype(kind), bytes_of(grey.astype(kind).astype(float)), photometric="minisblack")
        made.tiff(f"float{bits}-rgb.tif", rgb.astype(kind), bytes_of(rgb.astype(kind).astype(float)), photometric="rgb")
        expected = profiles.to_srgb(rgb.astype(kind).astype(float), SRGB, lambda value: value)
        made.tiff(f"float{bits}-rgb-linear.tif", rgb.astype(kind), expected, 1, photometric="rgb", iccprofile=linear)
        rgba = np.concatenate([rgb, alpha[..., None]], -1).astype(kind)
        made.tiff(f"float{bits}-rgba.tif", rgba, on_white(bytes_of(rgb), alpha), 1, photometric="rgb", extrasamples=["unassalpha"])
    made.tiff("float32-rgb-premultiplied.tif", np.concatenate([rgb * alpha[..., None], alpha[..., None]], -1).astype(np.float32), on_white(bytes_of(rgb), alpha), 1, photometric="rgb", extrasamples=["assocalpha"])
    made.tiff("float32-grey-alpha.tif", np.stack([grey, alpha], -1).astype(np.float32), on_white(np.stack([bytes_of(grey)] * 3, -1), alpha), 1, photometric="minisblack", extrasamples=["unassalpha"])
    made.tiff("float32-inverted.tif", (1 - grey).astype(np.float32), bytes_of(grey), 1, photometric="miniswhite")
    made.tiff("float32-beyond.tif", beyond.astype(np.float32), bytes_of(np.clip(beyond, 0, 1)), photometric="rgb")
    made.tiff("float32-broken.tif", broken, bytes_of(np.clip(np.nan_to_num(broken, nan=0), 0, 1)), photometric="rgb")
    made.tiff("float32-grey-linear.tif", grey.astype(np.float32), np.round(profiles.srgb_value(grey) * 255).astype(np.uint8), 1, photometric="minisblack", iccprofile=profiles.grey_profile("Linear", profiles.linear_curve()))
    made.tiff("float32-prophoto.tif", rgb.astype(np.float32), profiles.to_srgb(rgb, PROPHOTO, SPACES["prophoto"][2]), 1, photometric="rgb", iccprofile=profiles.rgb_profile("sRGB", PROPHOTO, SPACES["prophoto"][1]))
    made.tiff("float32-planar.tif", np.moveaxis(rgb, -1, 0).astype(np.float32), bytes_of(rgb), photometric="rgb", planarconfig="separate")
    made.tiff("float32-big-endian.tif", rgb.astype(np.float32), bytes_of(rgb), photometric="rgb", byteorder=">")
    made.tiff("float64-big-endian.tif", rgb, bytes_of(rgb), photometric="rgb", byteorder=">")
    made.tiff("float64-bigtiff.tif", rgb, bytes_of(rgb), photometric="rgb", bigtiff=True)
    made.tiff("float64-big-endian-bigtiff.tif", grey, bytes_of(grey), photometric="minisblack", bigtiff=True, byteorder=">")
    made.tiff("float32-deflate-predictor.tif", rgb.astype(np.float32), bytes_of(rgb), photometric="rgb", compression="zlib", predictor=3)
    made.tiff("float32-lzw.tif", rgb.astype(np.float32), bytes_of(rgb), photometric="rgb", compression="lzw")
    made.tiff("float64-deflate.tif", rgb, bytes_of(rgb), photometric="rgb", compression="zlib")
    made.tiff("float32-tiles.tif", rgb.astype(np.float32), bytes_of(rgb), photometric="rgb", tile=(16, 16))
    made.tiff("float64-tiles.tif", rgb, bytes_of(rgb), photometric="rgb", tile=(16, 16))
    made.tiff("float32-strips.tif", rgb.astype(np.float32), bytes_of(rgb), photometric="rgb", rowsperstrip=3)


def integer_samples(made: Goldens) -> None:
    rgb = base()
    grey = rgb[..., 2]
    for bits, kind in [(32, np.uint32), (64, np.uint64)]:
        samples = (rgb * (2**bits - 4096)).astype(kind)
        expected = np.round(samples.astype(float) / 2**bits * 255).astype(np.uint8)
        made.tiff(f"uint{bits}-rgb.tif", samples, expected, photometric="rgb")
        made.tiff(f"uint{bits}-grey.tif", samples[..., 2], expected[..., 2], photometric="minisblack")
        made.tiff(f"uint{bits}-inverted.tif", samples[..., 2], 255 - expected[..., 2], photometric="miniswhite")
        made.tiff(f"uint{bits}-big-endian.tif", samples, expected, photometric="rgb", byteorder=">")
    words = words_of(grey)
    made.tiff("uint16-grey.tif", words, (words >> 8).astype(np.uint8), photometric="minisblack")
    made.tiff("bilevel.tif", grey > 0.5, np.where(grey > 0.5, 255, 0).astype(np.uint8), photometric="minisblack")
    made.tiff("bilevel-inverted.tif", grey > 0.5, np.where(grey > 0.5, 0, 255).astype(np.uint8), photometric="miniswhite")
    Image.fromarray(bytes_of(rgb)).quantize(16).save(made.folder / "palette.tif")
    made.expect("palette.tif", np.asarray(Image.open(made.folder / "palette.tif").convert("RGB")), 0)


def extra_samples(made: Goldens) -> None:
    pixels = bytes_of(base())
    zeros = np.zeros((HEIGHT, WIDTH, 1), np.uint8)
    alpha = np.linspace(0, 1, WIDTH)[None, :].repeat(HEIGHT, 0)
    opacity = bytes_of(alpha)[..., None]
    transparent = on_white(pixels, opacity[..., 0] / 255)
    grey = pixels[..., 2:]
    made.tiff("unspecified.tif", np.concatenate([pixels, zeros], -1), pixels, photometric="rgb", extrasamples=["unspecified"])
    made.tiff("unspecified-16.tif", np.concatenate([pixels, zeros], -1).astype(np.uint16) * 257, pixels, photometric="rgb", extrasamples=["unspecified"])
    made.tiff("unassociated.tif", np.concatenate([pixels, opacity], -1), transparent, photometric="rgb", extrasamples=["unassalpha"])
    multiplied = np.round(pixels * (opacity / 255)).astype(np.uint8)
    made.tiff("associated.tif", np.concatenate([multiplied, opacity], -1), transparent, 2, photometric="rgb", extrasamples=["assocalpha"])
    made.tiff("two-extras.tif", np.concatenate([pixels, zeros, opacity], -1), transparent, photometric="rgb", extrasamples=["unspecified", "unassalpha"])
    made.tiff("two-unspecified.tif", np.concatenate([pixels, zeros, zeros], -1), pixels, photometric="rgb", extrasamples=["unspecified", "unspecified"])
    made.tiff("grey-unspecified.tif", np.concatenate([grey, zeros], -1), grey[..., 0], photometric="minisblack", extrasamples=["unspecified"])
    made.tiff("grey-alpha.tif", np.concatenate([grey, opacity], -1), on_white(np.repeat(grey, 3, -1), opacity[..., 0] / 255), photometric="minisblack", extrasamples=["unassalpha"])
    icc = profiles.rgb_profile("P3", DISPLAY_P3, SPACES["p3"][1])
    made.tiff("unspecified-p3.tif", np.concatenate([pixels, zeros], -1), managed(Image.fromarray(pixels), icc), 1, photometric="rgb", extrasamples=["unspecified"], iccprofile=icc)
    made.tiff("unspecified-p3-16.tif", np.concatenate([pixels, zeros], -1).astype(np.uint16) * 257, profiles.to_srgb(pixels / 255, DISPLAY_P3, profiles.srgb_light), 1, photometric="rgb", extrasamples=["unspecified"], iccprofile=icc)


def lab(made: Goldens) -> None:
    """Pillow's LAB pixels come from sRGB by littleCMS. Back from there littleCMS interpolates in a coarse table, so what is expected
    is computed; it has to be nearer to the sRGB pixels than littleCMS comes."""
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    from_lab = ImageCms.buildTransform(ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB")
    image = ImageCms.applyTransform(Image.fromarray(bytes_of(base())), to_lab)
    samples = np.frombuffer(image.tobytes(), np.uint8).reshape(HEIGHT, WIDTH, 3)
    lightness, a, b = samples[..., 0].astype(int), *(samples[..., index].astype(np.int8).astype(int) for index in (1, 2))
    expected = srgb_of_lab(lightness / 2.55, a, b)
    littlecms = np.asarray(ImageCms.applyTransform(image, from_lab)).astype(int)
    distance = [np.abs(pixels - bytes_of(base())).mean() for pixels in (expected.astype(int), littlecms)]
    assert distance[0] < distance[1] < 1.5, distance
    image.save(made.folder / "lab.tif")
    made.expect("lab.tif", expected, 1)
    image.save(made.folder / "lab-profile.tif", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes())
    made.expect("lab-profile.tif", expected, 1)
    signed = np.stack([lightness * 257, (a * 256) & 0xFFFF, (b * 256) & 0xFFFF], -1).astype(np.uint16)
    made.tiff("lab-16.tif", signed, expected, 1, photometric="cielab")
    offset = np.stack([lightness, a + 128, b + 128], -1).astype(np.uint8)
    made.tiff("icclab.tif", offset, expected, 1, photometric="icclab")
    made.tiff("icclab-16.tif", np.stack([lightness * 256, (a + 128) * 256, (b + 128) * 256], -1).astype(np.uint16), expected, 1, photometric="icclab")
    zeros = np.zeros((HEIGHT, WIDTH, 1), np.uint8)
    made.tiff("icclab-extra.tif", np.concatenate([offset, zeros], -1), expected, 1, photometric="icclab", extrasamples=["unspecified"])


def srgb_of_lab(lightness: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    y = (lightness + 16) / 116
    f = np.stack([y + a / 500, y, y - b / 200], -1)
    xyz = np.where(f > 6 / 29, f**3, (f - 4 / 29) * 3 * (6 / 29) ** 2) * [0.9642, 1, 0.8249]
    return np.round(profiles.srgb_value(xyz @ np.linalg.inv(SRGB)) * 255).astype(np.uint8)


def inks(made: Goldens) -> None:
    """cmyk.icc is CGATS001Compat-v2-micro (public domain). For CMYK without a profile the decoder takes inks of its own, so there the
    comparison only tells that no ink is swapped or inverted."""
    icc = (Path(__file__).parent / "cmyk.icc").read_bytes()
    image = Image.fromarray(bytes_of(base())).convert("CMYK")
    samples = np.asarray(image)
    expected = managed(image, icc)
    zeros = np.zeros((HEIGHT, WIDTH, 1), np.uint8)
    for name, options in {"": {}, "-profile": {"iccprofile": icc}}.items():
        tolerance = 1 if options else 60
        made.tiff(f"cmyk{name}.tif", samples, expected, tolerance, photometric="separated", **options)
        made.tiff(f"cmyk-16{name}.tif", samples.astype(np.uint16) * 257, expected, tolerance, photometric="separated", **options)
        made.tiff(f"cmyk-extra{name}.tif", np.concatenate([samples, zeros], -1), expected, tolerance, photometric="separated", extrasamples=["unspecified"], **options)
    # Pillow writes CMYK as Adobe does, upside down. A profile of RGB counts for nothing.
    for name, profile in {"": b"", "-profile": icc, "-rgb-profile": profiles.rgb_profile("P3", DISPLAY_P3, SPACES["p3"][1])}.items():
        image.save(made.folder / f"cmyk{name}.jpg", quality=95, subsampling=0, icc_profile=profile)
        with Image.open(made.folder / f"cmyk{name}.jpg") as saved:
            made.expect(f"cmyk{name}.jpg", managed(saved, icc), 2 if name == "-profile" else 60)
    Image.fromarray(bytes_of(base())).save(made.folder / "ycbcr.tif", compression="jpeg", quality=95)
    made.expect("ycbcr.tif", np.asarray(Image.open(made.folder / "ycbcr.tif").convert("RGB")), 2)


def tables(made: Goldens) -> None:
    """Profiles of tables are littleCMS's to read, from 8 bits."""
    pixels = bytes_of(base())
    icc = profiles.table_profile("sRGB", DISPLAY_P3, profiles.srgb_light)
    expected = managed(Image.fromarray(pixels), icc)
    Image.fromarray(pixels).save(made.folder / "table-profile.png", icc_profile=icc)
    made.expect("table-profile.png", expected, 1)
    made.tiff("table-profile-16.tif", pixels.astype(np.uint16) * 257, expected, 1, photometric="rgb", iccprofile=icc)
    made.refuse_tiff("float32-table-profile.tif", "colour profile made of tables", base().astype(np.float32), photometric="rgb", iccprofile=icc)


def orientations(made: Goldens) -> None:
    """What isn't 1 to 8 is upright; the others are applied whatever the samples are."""
    pixels = bytes_of(base())
    for orientation in (0, 9):
        made.tiff(f"orientation-{orientation}.tif", pixels, pixels, photometric="rgb", extratags=[(274, 3, 1, orientation, True)])
        exif = Image.Exif()
        exif[274] = orientation
        Image.fromarray(pixels).save(made.folder / f"orientation-{orientation}.png", exif=exif)
        made.expect(f"orientation-{orientation}.png", pixels, 0)
    for orientation in range(2, 9):
        turned = {2: lambda p: p[:, ::-1], 3: lambda p: p[::-1, ::-1], 4: lambda p: p[::-1], 5: lambda p: p.swapaxes(0, 1)}
        turned |= {6: lambda p: np.rot90(p, -1), 7: lambda p: p.swapaxes(0, 1)[::-1, ::-1], 8: lambda p: np.rot90(p)}
        made.tiff(f"float32-orientation-{orientation}.tif", base()[:6].astype(np.float32), turned[orientation](pixels[:6]), photometric="rgb", extratags=[(274, 3, 1, orientation, True)])
    with tifffile.TiffWriter(made.folder / "float32-pages.tif") as writer:
        for values in (base(), base()[::-1]):
            writer.write(values.astype(np.float32), photometric="rgb", metadata=None)
    made.expect("float32-pages.tif", pixels, 0)


def jpegs(made: Goldens) -> None:
    """JPEGs that lack their end marker alone."""
    pixels = Image.fromarray(bytes_of(np.tile(base(), (3, 3, 1)))[:43, :61])
    for name, options in {
        "444": {"subsampling": 0},
        "420": {"subsampling": 2},
        "restarts": {"subsampling": 2, "restart_marker_blocks": 2},
        "progressive": {"progressive": True},
    }.items():
        whole = io.BytesIO()
        pixels.save(whole, "JPEG", quality=90, **options)
        expected = np.asarray(Image.open(whole))
        content = whole.getvalue()
        assert content.endswith(b"\xff\xd9")
        for suffix, end in (("", b""), ("-zeros", b"\0" * 500)):
            (made.folder / f"no-end-{name}{suffix}.jpg").write_bytes(content[:-2] + end)
            made.expect(f"no-end-{name}{suffix}.jpg", expected, 1)


def animations(made: Goldens) -> None:
    pixels = bytes_of(base())
    frames = {"save_all": True, "append_images": [Image.fromarray(pixels[::-1].copy())]}
    first = Image.fromarray(pixels)
    first.save(made.folder / "animated.png", **frames)
    made.expect("animated.png", pixels, 0)
    first.save(made.folder / "animated.avif", quality=95, subsampling="4:4:4", **frames)
    with Image.open(made.folder / "animated.avif") as image:
        made.expect("animated.avif", np.asarray(image.convert("RGB")), 2)


def deep_avif(made: Goldens) -> None:
    for bits in (10, 12):
        most = 2**bits - 1
        samples = np.round(base() * most).astype(np.uint16)
        (made.folder / f"deep-{bits}.avif").write_bytes(imagecodecs.avif_encode(samples, bitspersample=bits, level=100, speed=6, pixelformat="yuv444"))
        decoded = imagecodecs.avif_decode((made.folder / f"deep-{bits}.avif").read_bytes())
        made.expect(f"deep-{bits}.avif", np.round(decoded[..., :3] / most * 255).astype(np.uint8), 2)


def refused_tiffs(made: Goldens) -> None:
    rgb = base()
    grey = rgb[..., 2]
    for bits, kind in [(8, np.int8), (16, np.int16), (32, np.int32), (64, np.int64)]:
        made.refuse_tiff(f"int{bits}.tif", f"grey samples of {bits} bits signed", (grey * 100).astype(kind), photometric="minisblack")
    made.refuse_tiff("complex.tif", "grey samples of 64 bits complex float", grey.astype(np.complex64), photometric="minisblack")
    made.refuse_tiff("float-lab.tif", "CIELAB samples of 32 bits float", rgb.astype(np.float32), photometric="cielab")
    made.refuse_tiff("float64-predictor.tif", "samples of 64 bits behind a predictor", rgb, photometric="rgb", compression="zlib", predictor=3)
    made.refuse_tiff("sensor.tif", "the raw pixels of a camera sensor", words_of(grey), photometric="cfa", extratags=[(33421, 3, 2, (2, 2), True), (33422, 1, 4, b"\0\1\1\2", True)])
    made.refuse_tiff("raw.dng", "camera raw file", words_of(grey), photometric="minisblack", extratags=[(50706, 1, 4, b"\1\4\0\0", True)])
    made.refuse_tiff("inks.tif", "inks other than CMYK", bytes_of(np.concatenate([rgb, rgb[..., :1]], -1)), photometric="separated", extratags=[(332, 3, 1, 2, True)])
    for name, words in {"zstd": "Zstandard", "lzma": "LZMA", "lerc": "LERC", "jpeg2000": "JPEG 2000", "jpegxl": "JPEG XL", "png": "PNG"}.items():
        made.refuse_tiff(f"compression-{name}.tif", f"compression ({words})", bytes_of(rgb), photometric="rgb", compression=name)


def other_formats(made: Goldens) -> None:
    pixels = bytes_of(base())
    image = Image.fromarray(pixels)
    pillow_heif.register_heif_opener()
    for name, words in {
        "picture.heic": "the file is a HEIC picture, which is not supported; convert it to JPEG or PNG",
        "picture.bmp": "a BMP picture",
        "picture.ico": "an icon",
        "picture.jp2": "a JPEG 2000 picture",
        "picture.pdf": "a PDF document",
        "picture.eps": "a PostScript document",
        "picture.ppm": "a Netpbm picture",
    }.items():
        image.save(made.folder / name)
        made.refuse(name, words)
    made.refuse("picture.jxl", "a JPEG XL picture", imagecodecs.jpegxl_encode(pixels))
    made.refuse("picture-container.jxl", "a JPEG XL picture", imagecodecs.jpegxl_encode(pixels, usecontainer=True))
    made.refuse("picture.jxr", "a JPEG XR picture", imagecodecs.jpegxr_encode(pixels))
    made.refuse("picture.qoi", "a QOI picture", imagecodecs.qoi_encode(pixels))


if __name__ == "__main__":
    import json

    target = Path(__file__).parent.parent.parent / "goldens"
    (target / "colours.json").write_text(json.dumps(goldens(target / "colours"), separators=(",", ":")) + "\n")
