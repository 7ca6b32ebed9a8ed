"""The photographs: where they lie, their licences, and the views cut from them.

Only pictures that ship inside the packages named here are used; nothing is fetched by this code. `README.md` says how to
obtain the two Debian packages without installing them.
"""

import math
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

from . import settings

Image.MAX_IMAGE_PIXELS = None

SKIMAGE = ["astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "hubble_deep_field.jpg",
           "ihc.png", "retina.jpg", "color.png", "grass.png", "gravel.png", "brick.png", "camera.png", "moon.png"]
SKLEARN = ["china.jpg", "flower.jpg"]
MATPLOTLIB = ["grace_hopper.jpg"]
# Never trained on, in any form: one file name or wallpaper folder each.
HELD_OUT = ["chelsea.png", "china.jpg", "grace_hopper.jpg", "Autumn", "BytheWater", "ColorfulCups", "EveningGlow"]


@dataclass(frozen=True)
class Photo:
    """A source picture: a stable name, the package it came in, and its file."""

    name: str
    package: str
    path: Path

    @property
    def held_out(self) -> bool:
        return self.name.split("/")[0] in HELD_OUT


def _package_folder(module: str, inner: str) -> Path:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{module} is not installed: its sample pictures are part of the training set")
    return Path(spec.origin).parent / inner


def find_photos(debian: Path) -> list[Photo]:
    """All source pictures, in a fixed order. `debian`: where the two Debian packages were unpacked (dpkg -x)."""
    photos = []
    for package, module, inner, names in [
        ("scikit-image", "skimage", "data", SKIMAGE),
        ("scikit-learn", "sklearn", "datasets/images", SKLEARN),
        ("matplotlib", "matplotlib", "mpl-data/sample_data", MATPLOTLIB),
    ]:
        photos += [Photo(name, package, _package_folder(module, inner) / name) for name in names]
    papers = debian / "usr/share/wallpapers"
    for folder in sorted(papers.iterdir()):
        files = [f for f in sorted(folder.glob("contents/images*/*")) if f.suffix in (".png", ".jpg")]
        # One landscape file of each kind (light, dark): the other sizes show the same picture.
        for kind in sorted({f.parent for f in files}):
            largest = max((f for f in files if f.parent == kind), key=lambda f: int(f.stem.split("x")[0]))
            photos.append(Photo(f"{folder.name}/{kind.name}", "plasma-workspace-wallpapers", largest))
    for file in sorted((debian / "usr/share/backgrounds/gnome").glob("*.webp")):
        photos.append(Photo(file.name, "gnome-backgrounds", file))
    return photos


def load(photo: Photo, side: int = 1400) -> Image.Image:
    """The picture in RGB, shrunk so that its shorter side is at most `side` pixels."""
    picture = Image.open(photo.path)
    picture.draft("RGB", (side * 2, side * 2))
    picture = picture.convert("RGB")
    shrink = min(1.0, side / min(picture.size))
    if shrink < 1:
        picture = picture.resize([max(1, round(s * shrink)) for s in picture.size], Image.Resampling.BOX, reducing_gap=2)
    return picture


def condition_size(aspect: float) -> tuple[int, int]:
    """(width, height) of the condition picture: diffusers' calculate_dimensions at this recipe's area."""
    width = math.sqrt(settings.AREA * aspect)
    return round(width / 32) * 32, round(width / aspect / 32) * 32


ASPECTS = [1, 1, 1, 4 / 3, 3 / 4, 3 / 2, 2 / 3, 16 / 9, 9 / 16]


def cut_view(picture: Image.Image, rng: np.random.Generator, whole: bool = False) -> np.ndarray:
    """One view, uint8 [height, width, 3], at condition size: a random part of the picture, or as much of it as fits."""
    aspect = ASPECTS[rng.integers(len(ASPECTS))]
    width, height = condition_size(aspect)
    w, h = picture.size
    fit = min(w / width, h / height)
    scale = fit if whole else fit * float(rng.uniform(0.35, 1.0))
    scale = max(scale, min(fit, 1.0))
    bw, bh = width * scale, height * scale
    x, y = rng.uniform(0, max(w - bw, 0)), rng.uniform(0, max(h - bh, 0))
    view = picture.resize((width, height), Image.Resampling.LANCZOS, box=(x, y, min(x + bw, w), min(y + bh, h)), reducing_gap=3)
    array = np.asarray(view)
    return np.ascontiguousarray(array[:, ::-1]) if rng.random() < 0.5 else array


def drawn_view(rng: np.random.Generator) -> np.ndarray:
    """A procedural picture of the same kind of size: a gradient, some shapes, some noise."""
    from PIL import ImageDraw

    width, height = condition_size(ASPECTS[rng.integers(len(ASPECTS))])
    a, b = rng.uniform(0, 255, (2, 3))
    ys, xs = np.mgrid[0:height, 0:width]
    angle = rng.uniform(0, 2 * np.pi)
    ramp = np.cos(angle) * xs / width + np.sin(angle) * ys / height
    ramp = (ramp - ramp.min()) / np.ptp(ramp)
    picture = Image.fromarray((a + (b - a) * ramp[..., None]).astype(np.uint8))
    big = picture.resize((width * 2, height * 2))
    draw = ImageDraw.Draw(big)
    for _ in range(rng.integers(3, 14)):
        colour = tuple(int(c) for c in rng.integers(0, 256, 3))
        x, y = rng.uniform(-0.1, 1.0, 2) * (2 * width, 2 * height)
        w, h = rng.uniform(10, 200, 2)
        kind = rng.integers(3)
        if kind == 0:
            draw.ellipse([x, y, x + w, y + h], fill=colour)
        elif kind == 1:
            draw.rectangle([x, y, x + w, y + h], fill=colour)
        else:
            draw.polygon([(x + float(u), y + float(v)) for u, v in rng.uniform(-120, 120, (3, 2))], fill=colour)
    array = np.asarray(big.resize((width, height), Image.Resampling.BOX)).astype(np.float32)
    if rng.random() < 0.4:
        array = array + rng.normal(0, rng.uniform(2, 12), array.shape)
    return np.clip(array, 0, 255).astype(np.uint8)
