"""The edits: each a function of one picture, float32 RGB in 0–1, [height, width, 3]."""

from collections.abc import Callable

import numpy as np
from scipy.ndimage import gaussian_filter

from .degrees import GROUP_OF, MARKS, SHARES, STRONG, WEAK

Edit = Callable[[np.ndarray], np.ndarray]

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
SEPIA = np.array([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]], np.float32)
# In pixels: the standard deviation of blur and sharpen, the border's width, pixelate's block.
BLUR, BORDER, PIXEL = 2.0, 8, 8
SHARPENING, LEVELS = 1.0, 3


def grey(x: np.ndarray) -> np.ndarray:
    return np.repeat((x @ LUMA)[..., None], 3, axis=-1)


def saturated(amount: float) -> Edit:
    return lambda x: grey(x) + amount * (x - grey(x))


def contrasted(amount: float) -> Edit:
    return lambda x: 0.5 + amount * (x - 0.5)


def scaled(gain: tuple[float, float, float], offset: tuple[float, float, float] = (0, 0, 0)) -> Edit:
    g, o = np.array(gain, np.float32), np.array(offset, np.float32)
    return lambda x: x * g + o


def blurred(x: np.ndarray) -> np.ndarray:
    """Gaussian, standard deviation BLUR pixels; the edge's pixels go on outside."""
    return gaussian_filter(x, (BLUR, BLUR, 0), mode="nearest", truncate=4)


def blurred_twice(x: np.ndarray) -> np.ndarray:
    """As strongly as blur goes: its share beyond 1 would turn details inside out."""
    return blurred(blurred(x))


def sharpened(x: np.ndarray) -> np.ndarray:
    """Unsharp mask: what blurring took away, once more."""
    return x + SHARPENING * (x - blurred(x))


def posterized(x: np.ndarray) -> np.ndarray:
    return np.round(np.clip(x, 0, 1) * (LEVELS - 1)) / (LEVELS - 1)


def bordered(level: float) -> Edit:
    """A frame BORDER pixels wide, inside the picture; level: 1 for white, 0 for black."""

    def edit(x: np.ndarray) -> np.ndarray:
        out = np.full_like(x, level)
        out[BORDER:-BORDER, BORDER:-BORDER] = x[BORDER:-BORDER, BORDER:-BORDER]
        return out

    return edit


def pixelated(x: np.ndarray) -> np.ndarray:
    """The mean of each block of PIXEL × PIXEL pixels; sides are multiples of PIXEL."""
    h, w, c = x.shape
    means = x.reshape(h // PIXEL, PIXEL, w // PIXEL, PIXEL, c).mean((1, 3))
    return means.repeat(PIXEL, 0).repeat(PIXEL, 1)


EDITS: dict[str, Edit] = {
    "keep": lambda x: x,
    "black and white": grey,
    "sepia": lambda x: 0.9 * (x @ SEPIA.T),
    "red tint": scaled((0.75, 0.5, 0.5), (0.25, 0, 0)),
    "green tint": scaled((0.5, 0.75, 0.5), (0, 0.25, 0)),
    "blue tint": scaled((0.5, 0.5, 0.75), (0, 0, 0.25)),
    "warmer": scaled((1.1, 1.0, 0.75), (0.05, 0.01, 0)),
    "cooler": scaled((0.75, 0.97, 1.1), (0, 0.01, 0.05)),
    "brighter": scaled((1.2, 1.2, 1.2), (0.1, 0.1, 0.1)),
    "darker": scaled((0.55, 0.55, 0.55)),
    "invert": lambda x: 1 - x,
    "more contrast": contrasted(1.5),
    "less contrast": contrasted(0.5),
    "more saturated": saturated(1.8),
    "less saturated": saturated(0.4),
    "blur": blurred,
    "sharpen": sharpened,
    "posterize": posterized,
    "flip": lambda x: x[:, ::-1],
    "upside down": lambda x: x[::-1],
    "border": bordered(1),
    "black border": bordered(0),
    "pixelate": pixelated,
}
LEARNED = [name for name in EDITS if name != "keep"]


def _by(share: float, edit: Edit) -> Edit:
    """That share of the way from the picture to the edited one."""
    return lambda x: x + share * (edit(x) - x)


for _name in GROUP_OF:
    EDITS |= {MARKS[degree] + _name: _by(SHARES[degree], EDITS[_name]) for degree in (WEAK, STRONG)}
EDITS["strongly blur"] = blurred_twice
EDITS["strongly sepia"] = EDITS["sepia"]


def apply(name: str, picture: np.ndarray) -> np.ndarray:
    """The edited picture, uint8 like the input ([height, width, 3]); `name` may carry a degree."""
    x = EDITS[name](picture.astype(np.float32) / 255)
    return np.round(np.clip(x, 0, 1) * 255).astype(np.uint8)
