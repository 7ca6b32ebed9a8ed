"""The edits as linear maps of a token in the pixel basis: exact ones from their colours, blur's by least squares."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch

from . import edits
from .token_basis import BASIS, SIDE, WIDTH, of_colours, turned

AFFINE = ["black and white", "sepia", "red tint", "green tint", "blue tint", "warmer", "cooler", "brighter", "darker", "invert",
          "more contrast", "less contrast", "more saturated", "less saturated"]


def colour_map(name: str) -> tuple[torch.Tensor, torch.Tensor]:
    """(matrix [3, 3], offset [3]) of RGB in 0–1, as the edit's function in edits.py does without clipping."""
    probe = np.concatenate([np.zeros((1, 3)), np.eye(3)]).astype(np.float32)[None]
    offset, *columns = torch.from_numpy(np.asarray(edits.EDITS[name](probe), np.float32))[0]
    return torch.stack(columns, dim=1) - offset[:, None], offset


def affine_maps() -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """(linear [96, 96], offset [96]) of each edit of colours in the pixel basis."""
    return {name: of_colours(*colour_map(name)) for name in AFFINE}


def tokens(picture: np.ndarray) -> torch.Tensor:
    """[rows, columns, 96]: a uint8 picture's tokens in the pixel basis."""
    h, w, _ = picture.shape
    x = torch.from_numpy(picture.astype(np.float32)) / 127.5 - 1
    x = x.view(h // SIDE, SIDE, w // SIDE, SIDE, 3).permute(0, 2, 4, 1, 3).reshape(h // SIDE, w // SIDE, -1)
    return x @ BASIS.T


@dataclass
class NeighbourMap:
    """A blur from a token and its neighbours: own · token + spread · Σ gathered · neighbour, over left, right, above, below.

    What is further off hardly counts at this radius.
    """

    own: torch.Tensor  # [96, 96]
    spread: torch.Tensor  # [96, rank]
    gathered: torch.Tensor  # [4, rank, 96]
    seen: torch.Tensor  # [96, 96]: rows are the principal directions of what it was fitted to, the strongest first


def _fitted(pairs: Iterable[tuple[torch.Tensor, torch.Tensor]], rank: int) -> NeighbourMap:
    """By least squares from pairs of pictures' tokens, before and after."""
    size = 5 * WIDTH
    gram, target = torch.zeros(size, size, dtype=torch.double), torch.zeros(size, WIDTH, dtype=torch.double)
    for t, b in pairs:
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
    seen = torch.linalg.eigh(gram[:WIDTH, :WIDTH])[1].flip(1).T
    return NeighbourMap(fit[:, :WIDTH].float(), spread.float(), gathered.float(), seen.float())


def blur_map(views: list[np.ndarray], rank: int) -> NeighbourMap:
    return _fitted(((tokens(view), tokens(edits.apply("blur", view))) for view in views), rank)


def second_blur_map(views: list[np.ndarray], rank: int) -> NeighbourMap:
    """Of pictures that have been blurred once."""
    once = (edits.apply("blur", view) for view in views)
    return _fitted(((tokens(view), tokens(edits.apply("blur", view))) for view in once), rank)
