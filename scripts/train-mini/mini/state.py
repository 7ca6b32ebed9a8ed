"""State files: written beside and moved into place, so that an interrupted write leaves the older one."""

import os
from pathlib import Path

import torch


def save_state(file: Path, state: dict) -> None:
    part = file.with_suffix(".part")
    torch.save(state, part)
    os.replace(part, file)


def load_state(file: Path) -> dict | None:
    """The state of the last run, or None. The file is this code's own."""
    return torch.load(file, weights_only=False) if file.exists() else None
