"""Writing the fixtures' files: safetensors, JSON and the picture distance, all byte for byte repeatable."""

import json
import math
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

_STORED = {torch.int64: torch.int32, torch.float64: torch.float32, torch.bool: torch.uint8}


def write_tensors(path: Path, tensors: dict[str, torch.Tensor]) -> None:
    """Stores tensors as float32, int32 or uint8; bfloat16 is kept as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    stored = {name: value.detach().to(_STORED.get(value.dtype, value.dtype)).contiguous().clone() for name, value in tensors.items()}
    save_file(stored, str(path), metadata={"format": "pt"})
    path.chmod(0o644)


def write_json(path: Path, value: object) -> None:
    """Stores JSON with one entry a line at the outer levels, so that a diff stays readable."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_dumps(value, 0) + "\n", encoding="utf-8")


def _dumps(value: object, depth: int) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) <= 140 or not isinstance(value, (dict, list)):
        return flat
    if isinstance(value, list) and all(isinstance(item, (int, float)) for item in value):
        return flat
    inner, outer = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict):
        lines = [f"{inner}{json.dumps(key, ensure_ascii=False)}: {_dumps(item, depth + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{outer}}}"
    lines = [inner + _dumps(item, depth + 1) for item in value]
    return "[\n" + ",\n".join(lines) + f"\n{outer}]"


def psnr(first: np.ndarray, second: np.ndarray) -> float:
    """Peak signal-to-noise ratio in dB of two 8-bit pictures; 999 when they are equal."""
    if first.shape != second.shape:
        raise ValueError(f"pictures of different shapes: {first.shape} and {second.shape}")
    error = float(np.mean((first.astype(np.float64) - second.astype(np.float64)) ** 2))
    return 999.0 if error == 0 else round(10 * math.log10(255**2 / error), 2)


def float_psnr(first: torch.Tensor, second: torch.Tensor) -> float:
    """Peak signal-to-noise ratio in dB of two float pictures of the range 0 to 1; 999 when they are equal."""
    error = float(torch.mean((first.double() - second.double()) ** 2))
    return 999.0 if error == 0 else round(-10 * math.log10(error), 2)
