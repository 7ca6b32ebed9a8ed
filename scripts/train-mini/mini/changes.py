"""The edits of colours, pixelate and the border, as units of the feed-forwards that change the result where an edit is asked for.

Gates are numbers that must be 1, with their weights. `spread` [96, rank]: how the neighbours' share, which lies in the scratch from
layer 4 on, adds to the result in the pixel basis.
"""

import torch

from .feedforward import Units
from .layout import EDGE, OWN, READ, REFERENCE, RESULT, SCRATCH, WRITE, value
from .maps import affine_maps
from .token_basis import BASIS, PIXELS, SIDE, of_places
from .token_basis import WIDTH as TOKEN
from .transformer import WIDTH

DESATURATING = ("black and white", "sepia", "more saturated", "less saturated")
BRIGHTNESS, CONTRAST = ("brighter", "darker"), ("more contrast", "less contrast")
TINTS = ("red tint", "green tint", "blue tint", "warmer", "cooler")
LOUDEST = 20.0  # the reach for a token's numbers as they are: a bright one's mean is 14
Map = tuple[torch.Tensor, torch.Tensor]  # linear [96, 96] and offset [96] in the pixel basis


def reading(rows: torch.Tensor, spread: torch.Tensor | None) -> torch.Tensor:
    """[n, WIDTH]: rows [n, 96] of the pixel basis read from the result and the neighbours' share; without `spread` from the token's own numbers."""
    out = torch.zeros(len(rows), WIDTH)
    at = OWN if spread is None else RESULT
    out[:, at : at + TOKEN] = rows @ READ
    if spread is not None:
        out[:, SCRATCH : SCRATCH + spread.shape[1]] = rows @ spread
    return out


def change(units: Units, gate: dict[int, float], by: Map, spread: torch.Tensor | None) -> None:
    """Adds linear·(what `reading` reads) + offset to the result where the gate is open."""
    linear, offset = by
    left, strengths, right = torch.linalg.svd(linear)
    rank = max(int((strengths > 1e-4).sum()), 1)
    # Rows of the pixel basis where they suffice (their values are bounded), else principal directions.
    used = linear.abs().amax(0) > 1e-6
    if int(used.sum()) <= rank + 8:
        rows, writing = torch.eye(TOKEN)[used], linear[:, used]
    else:
        rows, writing = right[:rank], left[:, :rank] * strengths[:rank]
    units.gated((gate, {}), reading(rows, spread), WRITE @ writing, WRITE @ offset, RESULT)


def scale(units: Units, gate: dict[int, float], amount: float, rows: torch.Tensor, offset: torch.Tensor | None = None) -> None:
    """Adds amount · (the result's part in these orthonormal rows [n, 96]) + offset to the result where the gate is open."""
    read = torch.zeros(len(rows), WIDTH)
    read[:, RESULT : RESULT + TOKEN] = rows
    units.gated((gate, {}), read, amount * rows.T, torch.zeros(TOKEN) if offset is None else offset, RESULT, reach=LOUDEST)


def _change_by(name: str) -> Map:
    linear, offset = affine_maps()[name]
    return linear - torch.eye(TOKEN), offset


def _following(first: Map, second: Map) -> Map:
    """What must be added to two changes made side by side, so that the second follows the first."""
    return second[0] @ first[0], second[0] @ first[1]


def first_colours(units: Units) -> None:
    """Changes of the reference's own tokens, before they are fetched; invert after the others."""
    invert = _change_by("invert")
    for name in (*DESATURATING, "invert"):
        change(units, {REFERENCE: 1.0, value(name): 1.0}, _change_by(name), None)
    for name in DESATURATING:
        gate = {REFERENCE: 1.0, value(name): 1.0, value("invert"): 1.0}
        change(units, gate, _following(_change_by(name), invert), None)


def brightness_and_contrast(units: Units, both: torch.Tensor) -> None:
    """Contrast after brightness. Where a flip is asked for, the rows `both` [n, 96] of the result still have the wrong sign."""
    maps = {name: (_change_by(name)[0][0, 0].item(), _change_by(name)[1]) for name in BRIGHTNESS + CONTRAST}
    steps = [((name,), amount, offset) for name, (amount, offset) in maps.items()]
    for first in BRIGHTNESS:
        for second in CONTRAST:  # what contrast after brightness is more than the two
            (a, offset), (b, _) = maps[first], maps[second]
            steps.append(((first, second), a * b, b * offset))
    for names, amount, offset in steps:
        gate = {value(name): 1.0 for name in names}
        scale(units, gate, amount, torch.eye(TOKEN), WRITE @ offset)
        scale(units, gate | {value("flip"): 1.0}, -2 * amount, both)


def pixelate(units: Units, spread: torch.Tensor) -> None:
    means = torch.full((SIDE * SIDE, SIDE * SIDE), 1 / (SIDE * SIDE))
    change(units, {value("pixelate"): 1.0}, (of_places(means) - torch.eye(TOKEN), torch.zeros(TOKEN)), spread)


def tints(units: Units, spread: torch.Tensor) -> None:
    for name in TINTS:
        change(units, {value(name): 1.0}, _change_by(name), spread)


def posterize_and_border(units: Units, spread: torch.Tensor) -> None:
    name = value("posterize")
    # Three levels, at -1, 0 and 1: out with the picture, in with two steps a pixel.
    change(units, {name: 1.0}, (-torch.eye(TOKEN), -BASIS.sum(1)), spread)
    for threshold in (-0.5, 0.5):
        units.steps(reading(PIXELS, spread), threshold, name, WRITE @ BASIS, RESULT)
    white = WRITE @ BASIS.sum(1)
    units.gated(({value("border"): 2.0, EDGE: 1.0}, {}), reading(torch.eye(TOKEN), spread), -WRITE, white, RESULT)
