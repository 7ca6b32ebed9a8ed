"""Where in an image token's 256 numbers what lies, and the basis that its latents are turned into."""

import torch

from .edits import LEARNED
from .start_vae import HAAR
from .token_basis import FROM_LATENTS, LATENTS, mirror, of_places, turned
from .token_basis import WIDTH as TOKEN
from .transformer import WIDTH

OWN, RESULT, VALUES = 0, TOKEN, 2 * TOKEN
EDGE = VALUES + len(LEARNED)
SCRATCH = EDGE + 1
REFERENCE, NOT_REFERENCE = SCRATCH + 20, SCRATCH + 21  # VALUE at the reference's tokens, and its opposite
CONSTANTS, LOUD = 8, 724.0
LENGTH = 128.0  # of a token, divided by the square root of WIDTH
QUIET = slice(0, WIDTH - CONSTANTS)
ONE = WIDTH - CONSTANTS  # a number that is always 1 after a norm
ROOM = WIDTH - CONSTANTS - SCRATCH - 1
RANK = ROOM  # numbers in which the neighbours' share is written
BALANCED = SCRATCH + ROOM  # minus the sum of the edits' values and the edge's: keeps the mean over all numbers at 0
BALANCE = 10  # from a number in the scratch to its opposite, for the same reason

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


@torch.no_grad()
def settle(module) -> None:
    """Rounds to bfloat16's values, so that what is measured next is what will be stored."""
    for p in module.parameters():
        p.copy_(p.bfloat16().float())
