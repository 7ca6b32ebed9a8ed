"""Where in an image token's 256 numbers what lies, and the basis that its latents are turned into."""

import torch

from .degrees import GROUP_OF, GROUPS, NORMAL, STRONG, WEAK
from .edits import LEARNED
from .feedforward import Gate, all_of
from .start_vae import HAAR
from .token_basis import FROM_LATENTS, LATENTS, mirror, of_places, turned
from .token_basis import WIDTH as TOKEN
from .transformer import WIDTH

OWN, RESULT, VALUES = 0, TOKEN, 2 * TOKEN
# What the text says: one number an edit, one degree a group of edits, two flags (after the wish, first of all tokens).
AFTER_WISH, FIRST = len(LEARNED) + len(GROUPS), len(LEARNED) + len(GROUPS) + 1
LATE = ("focus", "warmth", "tint")  # the groups whose degrees are needed after layer 3
DEGREES = VALUES + len(LEARNED)
EDGE = DEGREES + len(LATE)
# What layers 1 to 3 need, in whose place come the neighbours' shares of layer 4, the tints' gains and those of layer 5.
EARLY = EDGE + 1
SCRATCH = EARLY + 6
REFERENCE, NOT_REFERENCE = SCRATCH + 20, SCRATCH + 21  # VALUE at the reference's tokens, and its opposite
CONSTANTS, LOUD = 8, 724.0
LENGTH = 128.0  # of a token, divided by the square root of WIDTH
QUIET = slice(0, WIDTH - CONSTANTS)
ONE = WIDTH - CONSTANTS  # a number that is always 1 after a norm
ROOM = WIDTH - CONSTANTS - SCRATCH - 1
BALANCED = SCRATCH + ROOM  # minus the sum of the edits' values and the edge's: keeps the mean over all numbers at 0
BALANCE = 10  # from a number in the scratch to its opposite, for the same reason
# Degrees of the early groups as the text says them, then made crisp: two are kept as one number, two as "weakly" and "strongly".
EARLY_DEGREES = {"sepia": EARLY, "saturation": EARLY + 1}
EARLY_FLAGS = {"brightness": (EARLY + 2, EARLY + 3), "contrast": (EARLY + 4, EARLY + 5)}
# Layer 2 tells layer 3 by binary digits how many times the picture's contrast is to be taken, and how much brighter it is to be.
GAIN_DIGITS = (*range(EARLY, EARLY + 6), SCRATCH, SCRATCH + 1)
BRIGHTENING = SCRATCH + ROOM - 1
GAIN_BALANCE = (SCRATCH + BALANCE, SCRATCH + BALANCE + 1)
# Numbers in which the neighbours' share is written in layer 4; in layer 5 the tints' digits and a second blur's share take their place.
RANK = BALANCED - EARLY
TINT_DIGITS = EARLY
TINT_DIGIT_COUNT = 14
AGAIN = TINT_DIGITS + TINT_DIGIT_COUNT
AGAIN_RANK = BALANCED - AGAIN - 1
FRAMED = BALANCED - 1  # from layer 4 on: whether the token belongs to a border
BLUR_AGAIN = DEGREES + LATE.index("focus")  # from layer 4 on, in place of this degree

TURN = turned(TOKEN)
# That detail's share of the noisy target's latents is made faint too: noise would otherwise show in the mean.
FAINT = 1 / 4
READ = FROM_LATENTS @ TURN  # the pixel basis from a turned token
WRITE = TURN @ LATENTS


def value(name: str) -> int:
    """The number that says whether this edit is asked for."""
    return VALUES + LEARNED.index(name)


def symmetries() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Orthonormal rows [96, 96] over a turned token, each symmetric (1) or antisymmetric (-1) [96] across and down the token."""
    rows = torch.kron(torch.eye(TOKEN // 4), HAAR)  # a latent's four cells: mean, columns, rows, both
    signs = [torch.einsum("ij,jk,ik->i", rows, LATENTS @ of_places(mirror(*way)) @ FROM_LATENTS, rows) for way in ((False, True), (True, False))]
    return rows @ TURN, signs[0].round(), signs[1].round()


def degree(group: str) -> int:
    """The number that says how strongly a group's edit is asked for: −1 weakly, 1 strongly."""
    return EARLY_DEGREES[group] if group in EARLY_DEGREES else DEGREES + LATE.index(group)


def at_least(name: str, wanted: int, reference: bool = False) -> Gate:
    """Open where the edit is asked for with this degree or a stronger one; with `reference`, at the reference's tokens alone."""
    first, weight = ({REFERENCE: 1.0}, 1.0) if reference else ({}, 0.0)
    if wanted == WEAK:
        return Gate(first | {value(name): 1.0}, weight + 1)
    # The edit's value counts twice, so that a degree without it opens nothing.
    return Gate({number: 2.0 for number in first} | {value(name): 2.0, degree(GROUP_OF[name]): 1.0}, 2 * weight + (2 if wanted == NORMAL else 3))


def only_weakly(name: str) -> Gate:
    """Open where the edit is asked for weakly."""
    return Gate({value(name): 2.0, degree(GROUP_OF[name]): -1.0}, 3.0)


def with_degree(name: str, wanted: int) -> Gate:
    """Open where an edit of EARLY_FLAGS is asked for with just this degree, and not its opposite."""
    weakly, strongly = EARLY_FLAGS[GROUP_OF[name]]
    others = tuple(value(other) for other in GROUPS[GROUP_OF[name]] if other != name)
    flags = {WEAK: ((weakly,), ()), NORMAL: ((), (weakly, strongly)), STRONG: ((strongly,), ())}[wanted]
    return all_of(value(name), *flags[0], none_of=(*flags[1], *others))


@torch.no_grad()
def settle(module) -> None:
    """Rounds to bfloat16's values, so that what is measured next is what will be stored."""
    for p in module.parameters():
        p.copy_(p.bfloat16().float())
