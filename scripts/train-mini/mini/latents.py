"""Latents of every view and its edits, computed once."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from . import edits, settings
from .vae import FlatVae


@dataclass
class Subject:
    """One view: latents of the picture and of some of its edits as tokens, [rows, columns, 64] in float16, normalised."""

    reference: torch.Tensor
    results: dict[str, torch.Tensor]


def pack(z: torch.Tensor) -> torch.Tensor:
    """[n, c, h, w] → tokens [n, h/2, w/2, 4c] in the order c·4 + dy·2 + dx."""
    n, c, h, w = z.shape
    return z.view(n, c, h // 2, 2, w // 2, 2).permute(0, 2, 4, 1, 3, 5).reshape(n, h // 2, w // 2, 4 * c)


def pixels(pictures: list[np.ndarray]) -> torch.Tensor:
    """[n, 3, h, w] in ±1."""
    return (torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def measure(vae: FlatVae, views: list[np.ndarray]) -> dict[str, torch.Tensor]:
    """latents_mean, latents_std, and each channel's loudness: how far one standard deviation of it moves the pixels."""
    rng = np.random.default_rng(settings.SEED + 4)
    names = list(edits.EDITS)
    z = []
    for i in rng.permutation(len(views))[:40]:
        z.append(vae.encode(pixels([edits.apply(names[rng.integers(len(names))], views[i])]))[0].flatten(1))
    flat = torch.cat(z, dim=1)
    mean, std = flat.mean(1), flat.std(1)
    base = vae.encode(pixels([views[3][:128, :128]]))
    seen = vae.decode(base)
    loud = []
    for c in range(vae.z):
        moved = base + 0.5 * std[c] * torch.randn(base.shape[-2:]) * (torch.arange(vae.z) == c).view(1, -1, 1, 1)
        loud.append((vae.decode(moved) - seen).square().mean().sqrt())
    return dict(mean=mean, std=std, loudness=torch.stack(loud))


@torch.no_grad()
def encode_subjects(vae: FlatVae, views: list[np.ndarray], stats: dict[str, torch.Tensor], file: Path, log) -> list[Subject]:
    """Latents of every view with a random choice of edits; kept in `file`."""
    if file.exists():
        return torch.load(file, weights_only=False)
    rng = np.random.default_rng(settings.SEED + 5)
    names = list(edits.EDITS)
    mean, std = stats["mean"].view(-1, 1, 1), stats["std"].view(-1, 1, 1)
    subjects = []
    for n, view in enumerate(views):
        chosen = [names[i] for i in sorted(rng.permutation(len(names))[: settings.EDITS_A_VIEW]) if names[i] != "keep"]
        z = vae.encode(pixels([view] + [edits.apply(name, view) for name in chosen]))
        tokens = pack((z - mean) / std).half()
        subjects.append(Subject(tokens[0], {"keep": tokens[0]} | dict(zip(chosen, tokens[1:]))))
        if n % 50 == 49:
            log(f"latents {n + 1}/{len(views)}")
    torch.save(subjects, file)
    return subjects
