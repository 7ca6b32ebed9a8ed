"""The edits as linear maps of a token in the pixel basis: exact ones from their colours, blur's by least squares."""

import numpy as np
import torch

from . import edits
from .token_basis import BASIS, SIDE, WIDTH, of_colours, turned

AFFINE = ["black and white", "sepia", "red tint", "green tint", "blue tint", "warmer", "cooler", "brighter", "darker", "invert",
          "more contrast", "less contrast", "more saturated", "less saturated"]


def affine_maps() -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """(linear [96, 96], offset [96]) of each edit of colours, as its function in edits.py does without clipping."""
    maps = {}
    for name in AFFINE:
        probe = np.concatenate([np.zeros((1, 3)), np.eye(3)]).astype(np.float32)[None]
        offset, *columns = torch.from_numpy(np.asarray(edits.EDITS[name](probe), np.float32))[0]
        maps[name] = of_colours(torch.stack(columns, dim=1) - offset[:, None], offset)
    return maps


def tokens(picture: np.ndarray) -> torch.Tensor:
    """[rows, columns, 96]: a uint8 picture's tokens in the pixel basis."""
    h, w, _ = picture.shape
    x = torch.from_numpy(picture.astype(np.float32)) / 127.5 - 1
    x = x.view(h // SIDE, SIDE, w // SIDE, SIDE, 3).permute(0, 2, 4, 1, 3).reshape(h // SIDE, w // SIDE, -1)
    return x @ BASIS.T


def neighbour_maps(views: list[np.ndarray], rank: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Blur from a token and its neighbours: own [96, 96], and what these add as spread [96, rank] · Σ gathered [4, rank, 96] · token.

    Neighbours: left, right, above, below (what is further off hardly counts at this radius).
    """
    size = 5 * WIDTH
    gram, target = torch.zeros(size, size, dtype=torch.double), torch.zeros(size, WIDTH, dtype=torch.double)
    for view in views:
        t, b = tokens(view), tokens(edits.apply("blur", view))
        centre = (slice(1, -1), slice(1, -1))
        around = [t[centre], t[1:-1, :-2], t[1:-1, 2:], t[:-2, 1:-1], t[2:, 1:-1]]
        x = torch.cat(around, dim=-1).flatten(0, 1).double()
        gram += x.T @ x
        target += x.T @ b[centre].flatten(0, 1).double()
    gram += 1e-4 * gram.diagonal().mean() * torch.eye(size, dtype=torch.double)
    fit = torch.linalg.solve(gram, target).T  # [96, 480]
    around = fit[:, WIDTH:]
    # The best basis of `rank` for what the neighbours add: principal directions of its covariance.
    covariance = around @ gram[WIDTH:, WIDTH:] @ around.T
    spread = torch.linalg.eigh(covariance)[1][:, -rank:].flip(1) @ turned(rank).double()
    gathered = (spread.T @ around).view(rank, 4, WIDTH).permute(1, 0, 2)
    return spread.float(), gathered.float(), fit[:, :WIDTH].float()
