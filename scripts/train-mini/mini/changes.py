"""The edits of colours, pixelate and the border, as units of the feed-forwards that change the result where an edit is asked for.

An edit's degrees are steps on one way: half of the change when it is asked for at all, another half when not weakly, another when strongly.
"""

from itertools import product

import torch

from .degrees import GROUPS, NORMAL, SHARES, STRONG, WEAK
from .feedforward import ALWAYS, VALUE, Gate, Units, all_of
from .layout import BALANCED, BRIGHTENING, EARLY, EDGE, FRAMED, GAIN_BALANCE, GAIN_DIGITS, OWN, RANK, READ, REFERENCE, RESULT, TINT_DIGIT_COUNT, TINT_DIGITS, WRITE
from .layout import at_least, value, with_degree
from .maps import affine_maps, colour_map
from .token_basis import BASIS, PIXELS, SIDE, of_places
from .token_basis import WIDTH as TOKEN
from .transformer import WIDTH

# Which share of an edit's change comes with each degree.
STEPS = {WEAK: SHARES[WEAK], NORMAL: SHARES[NORMAL] - SHARES[WEAK], STRONG: SHARES[STRONG] - SHARES[NORMAL]}
SATURATION = ("more saturated", "less saturated")
# The steps in which the picture's contrast can be taken: digits of a binary number, the last counts negatively.
GAIN_STEP = 0.025
GAINS = [GAIN_STEP * 2**n for n in range(7)] + [-GAIN_STEP * 2**7]
# How far each tint takes red, green and blue away from what they are, in steps that are weights of the tints' digits: a digit a step.
TINT_STEPS = ((-0.125, -0.25, -0.5, 0.05, 0.1), (-0.125, -0.25, -0.5, -0.03), (-0.125, -0.25, -0.5, 0.05, 0.1))
TINTS = ("red tint", "green tint", "blue tint", "warmer", "cooler")
LOUDEST = 20.0  # the reach for a token's numbers as they are: a bright one's mean is 14
Map = tuple[torch.Tensor, torch.Tensor]  # linear [96, 96] and offset [96] in the pixel basis


def reading(rows: torch.Tensor, at: int) -> torch.Tensor:
    """[n, WIDTH]: rows [n, 96] of the pixel basis read from the token's own numbers or from the result."""
    out = torch.zeros(len(rows), WIDTH)
    out[:, at : at + TOKEN] = rows @ READ
    return out


def add(units: Units, gate: Gate, offset: torch.Tensor, at: int) -> None:
    """Adds an offset [n] to `at` … where the gate is open."""
    units.fact(gate, {at + i: amount for i, amount in enumerate(offset.tolist()) if amount})


def change(units: Units, gate: Gate, by: Map, at: int) -> None:
    """Adds linear·(what `reading` reads there) + offset to the result where the gate is open."""
    linear, offset = by
    left, strengths, right = torch.linalg.svd(linear)
    rank = max(int((strengths > 1e-4).sum()), 1)
    # Rows of the pixel basis where they suffice (their values are bounded), else principal directions.
    used = linear.abs().amax(0) > 1e-6
    if int(used.sum()) <= rank + 8:
        rows, writing = torch.eye(TOKEN)[used], linear[:, used]
    else:
        rows, writing = right[:rank], left[:, :rank] * strengths[:rank]
    units.gated(gate, reading(rows, at), WRITE @ writing, RESULT)
    if offset.abs().max() > 1e-6:
        add(units, gate, WRITE @ offset, RESULT)


def scale(units: Units, gate: Gate, amount: float, rows: torch.Tensor, clears: dict[int, float] | None = None) -> None:
    """Adds amount · (the result's part in these orthonormal rows [n, 96]) to the result where the gate is open."""
    read = torch.zeros(len(rows), WIDTH)
    read[:, RESULT : RESULT + TOKEN] = rows
    units.gated(gate, read, amount * rows.T, RESULT, reach=LOUDEST, clears=clears, fine=False)


def _change_by(name: str, share: float = 1.0) -> Map:
    linear, offset = affine_maps()[name]
    return share * (linear - torch.eye(TOKEN)), share * offset


def first_colours(units: Units) -> None:
    """Changes of the reference's own tokens, before they are fetched."""
    change(units, all_of(REFERENCE, value("black and white")), _change_by("black and white"), OWN)
    change(units, at_least("sepia", WEAK, reference=True), _change_by("sepia", STEPS[WEAK]), OWN)
    change(units, at_least("sepia", NORMAL, reference=True), _change_by("sepia", STEPS[NORMAL]), OWN)
    for name, (degree, share) in product(SATURATION, STEPS.items()):
        change(units, at_least(name, degree, reference=True), _change_by(name, share), OWN)


def _gain(name: str | None, degree: int) -> tuple[float, float]:
    """(gain, offset) of brightness or contrast with a degree, over pixels in ±1."""
    if name is None:
        return 1.0, 0.0
    linear, offset = _change_by(name, SHARES[degree])
    return 1 + linear[0, 0].item(), (PIXELS @ offset)[0].item()


def tell_gains(units: Units) -> None:
    """What inverting, brightness and contrast, in this order, make together of the result: digits of the gain, and what is added."""
    states = {group: [(None, NORMAL), *product(GROUPS[group], SHARES)] for group in ("brightness", "contrast")}
    for inverted, (bright, how_bright), (contrast, how_contrasted) in product((False, True), states["brightness"], states["contrast"]):
        if not inverted and bright is None and contrast is None:
            continue
        (first, offset), (second, _) = _gain(bright, how_bright), _gain(contrast, how_contrasted)
        steps = round(((-1 if inverted else 1) * first * second - 1) / GAIN_STEP)
        steps = min(max(steps, -(2**7)), 2**7 - 1) % 2**8
        digits = [number for n, number in enumerate(GAIN_DIGITS) if steps >> n & 1]
        added = VALUE * second * offset
        out = {number: VALUE for number in digits} | {BRIGHTENING: added, BALANCED: -added}
        units.fact(_state(inverted, (bright, how_bright, "brightness"), (contrast, how_contrasted, "contrast")),
                   out | {number: -VALUE * len(digits) / len(GAIN_BALANCE) for number in GAIN_BALANCE})


def _state(inverted: bool, *asked: tuple[str | None, int, str]) -> Gate:
    """Open where just this is asked for, of inverting, brightness and contrast."""
    gates = [all_of(value("invert")) if inverted else all_of(none_of=(value("invert"),))]
    gates += [with_degree(name, degree) if name else all_of(none_of=tuple(map(value, GROUPS[group]))) for name, degree, group in asked]
    return Gate({number: weight for gate in gates for number, weight in gate.weights.items()}, sum(gate.open for gate in gates))


def take_gains(units: Units, both: torch.Tensor) -> None:
    """Does what `tell_gains` says, and forgets it. Where a flip is asked for, the rows `both` [n, 96] of the result still have the wrong sign."""
    for number, amount in zip(GAIN_DIGITS, GAINS):
        scale(units, all_of(number), amount, torch.eye(TOKEN), {number: -VALUE} | {balance: VALUE / len(GAIN_BALANCE) for balance in GAIN_BALANCE})
        scale(units, all_of(number, value("flip")), -2 * amount, both)
    row = torch.zeros(1, WIDTH)
    row[0, BRIGHTENING] = 1
    out = torch.zeros(WIDTH, 1)
    out[RESULT : RESULT + TOKEN, 0] = WRITE @ BASIS.sum(1) / VALUE
    out[BRIGHTENING], out[BALANCED] = -1, 1
    units.gated(ALWAYS, row, out, 0, reach=VALUE + 8)


def pixelate(units: Units, spread: torch.Tensor) -> None:
    """`spread` [96, RANK]: how what the neighbours have just contributed adds to the result."""
    means = torch.full((SIDE * SIDE, SIDE * SIDE), 1 / (SIDE * SIDE))
    linear = of_places(means) - torch.eye(TOKEN)
    rows = reading(torch.eye(TOKEN), RESULT)
    rows[:, EARLY : EARLY + RANK] = spread
    units.gated(all_of(value("pixelate")), rows, WRITE @ linear, RESULT)


def _tint_digits(name: str, share: float) -> set[int]:
    """The digits (numbers of a token) that say how far this share of a tint takes each colour away from what it is."""
    numbers, first = set(), TINT_DIGITS
    for gain, steps in zip(colour_map(name)[0].diagonal(), TINT_STEPS):
        numbers |= {first + n for n in _sum_of(share * (gain.item() - 1), steps)}
        first += len(steps)
    return numbers


def _sum_of(wanted: float, steps: tuple[float, ...]) -> tuple[int, ...]:
    """Which of the steps add up to about this."""
    best = min(product((0, 1), repeat=len(steps)), key=lambda taken: (round(abs(sum(s * t for s, t in zip(steps, taken)) - wanted), 4), sum(taken)))
    return tuple(n for n, taken in enumerate(best) if taken)


def tell_tints(units: Units) -> None:
    """The digits of what the tints make of the three colours."""
    for name in TINTS:
        before: set[int] = set()
        for degree, share in SHARES.items():
            digits = _tint_digits(name, share)
            out = {number: VALUE for number in digits - before} | {number: -VALUE for number in before - digits}
            units.fact(at_least(name, degree), out | {BALANCED: -sum(out.values())})
            before = digits


def tints(units: Units) -> None:
    """Does what `tell_tints` says, and adds the tints' own colours."""
    number = TINT_DIGITS
    for colour, steps in enumerate(TINT_STEPS):
        pixels = slice(colour * SIDE * SIDE, (colour + 1) * SIDE * SIDE)
        for step in steps:
            units.gated(all_of(number), reading(PIXELS[pixels], RESULT), step * WRITE @ BASIS[:, pixels], RESULT)
            number += 1
    assert number == TINT_DIGITS + TINT_DIGIT_COUNT
    for name, (degree, share) in product(TINTS, STEPS.items()):
        add(units, at_least(name, degree), WRITE @ _change_by(name, share)[1], RESULT)


def tell_border(units: Units) -> None:
    """Whether the token belongs to a border: one is asked for, and it is at one edge or in a corner."""
    gate = Gate({value("border"): 2.0, value("black border"): 2.0, EDGE: 1.0}, 3.0)
    units.fact(gate, {FRAMED: VALUE, BALANCED: -VALUE})


def posterize_and_border(units: Units) -> None:
    inside = all_of(value("posterize"), none_of=(FRAMED,))
    # Three levels, at -1, 0 and 1: out with the picture, in with two steps a pixel.
    change(units, inside, (-torch.eye(TOKEN), -BASIS.sum(1)), RESULT)
    for threshold in (-0.5, 0.5):
        units.steps(reading(PIXELS, RESULT), threshold, inside, WRITE @ BASIS, RESULT)
    units.gated(all_of(FRAMED), reading(torch.eye(TOKEN), RESULT), -WRITE, RESULT)
    white = WRITE @ BASIS.sum(1)
    add(units, all_of(FRAMED, none_of=(value("black border"),)), white, RESULT)
    add(units, all_of(FRAMED, value("black border")), -white, RESULT)
