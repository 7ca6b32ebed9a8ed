"""What a transformer token is made of: the linear maps between its latents, its pixels, and the basis the edits are written in.

A token covers 8×8 pixels. Its 96 latents are, up to a linear map, its luminance at every pixel (64 numbers) and its two colour
differences for every 2×2 pixels (16 each): the *pixel basis*. All values are in units of `UNIT`, pixels are in ±1.
"""

import torch

from . import settings
from .start_vae import COLOURS, cells, halves

SIDE = settings.TOKEN
WIDTH = 4 * settings.VAE["z_dim"]
UNIT = 0.5  # latents_std of every channel; latents_mean is 0


def pixels_from_basis() -> torch.Tensor:
    """[192, 96]: RGB pixels in the order channel, y, x from the pixel basis."""
    out = torch.zeros(3, SIDE, SIDE, WIDTH)
    for y in range(SIDE):
        for x in range(SIDE):
            out[:, y, x, y * SIDE + x] = COLOURS[0]
            block = (y // 2) * (SIDE // 2) + x // 2
            for c in (1, 2):
                out[:, y, x, 64 + (c - 1) * 16 + block] = COLOURS[c]
    return UNIT * out.view(-1, WIDTH)


def latents_from_pixels() -> torch.Tensor:
    """[96, 192]: normalised latents, packed, as the encoder makes them."""
    cell = torch.einsum("kjp,jcyx->kcpyx", cells(), halves()).view(-1, 3, 2, 2, 2, 2)  # [24, c, Y, X, y, x]
    cell = cell.permute(0, 1, 2, 4, 3, 5).reshape(-1, 3, 4, 4)
    out = torch.zeros(len(cell), 2, 2, 3, SIDE, SIDE)
    for y in range(2):
        for x in range(2):
            out[:, y, x, :, 4 * y : 4 * y + 4, 4 * x : 4 * x + 4] = cell
    return out.view(WIDTH, -1) / UNIT


PIXELS = pixels_from_basis()
BASIS = torch.linalg.pinv(PIXELS)  # [96, 192]: the pixel basis from RGB pixels
LATENTS = latents_from_pixels() @ PIXELS  # [96, 96]: packed latents from the pixel basis
FROM_LATENTS = torch.linalg.inv(LATENTS)


def of_colours(matrix: torch.Tensor, offset: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """A change of RGB in 0–1, x → matrix·x + offset, as (linear [96, 96], offset [96]) in the pixel basis."""
    on_pixels = torch.kron(matrix, torch.eye(SIDE * SIDE))
    shift = (matrix.sum(1) + 2 * offset - 1).repeat_interleave(SIDE * SIDE)
    return BASIS @ on_pixels @ PIXELS, BASIS @ shift


def of_places(matrix: torch.Tensor) -> torch.Tensor:
    """A linear map of a channel's 64 pixels, the same for each channel, in the pixel basis [96, 96]."""
    return BASIS @ torch.kron(torch.eye(3), matrix) @ PIXELS


def mirror(rows: bool, columns: bool) -> torch.Tensor:
    """[64, 64]: the token's pixels in mirrored order."""
    order = torch.arange(SIDE * SIDE).view(SIDE, SIDE)
    order = order.flip([axis for axis, asked in ((0, rows), (1, columns)) if asked])
    return torch.eye(SIDE * SIDE)[order.flatten()]


def turned(size: int) -> torch.Tensor:
    """[size, size], symmetric, orthogonal: puts the last of `size` numbers into the mean of all, and takes the mean of the others away.

    LayerNorm drops the mean over a token's numbers; of turned numbers, only the last (a faint one) is then lost.
    """
    v = torch.full((size,), -(size**-0.5))
    v[-1] += 1
    v /= v.norm()
    return torch.eye(size) - 2 * torch.outer(v, v)
