"""Goldens that need no checkpoint: torch's noise, the schedules, and both resamplers."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import FlowMatchEulerDiscreteScheduler
from diffusers.image_processor import VaeImageProcessor
from diffusers.pipelines.qwenimage.pipeline_qwenimage_edit import calculate_shift, retrieve_timesteps
from diffusers.utils.torch_utils import randn_tensor
from PIL import Image
from transformers import Qwen2VLImageProcessor
from transformers.image_utils import PILImageResampling, SizeDict
from transformers.models.qwen2_vl.image_processing_qwen2_vl import smart_resize

import inputs
import repaired
from files import write_json, write_tensors
from specs import LIGHTNING_SCHEDULER, PUBLISHED_SCHEDULER, STATIC_SCHEDULER

SEEDS = [0, 1, 42, 2**31, 2**32 - 1]
SHAPES = [(1, 1, 16, 8, 8), (1, 1, 8, 6, 10), (1, 1, 16, 2, 2)]
# Below 16 values, and in a last block of less than 16, torch draws in another way.
ODD_SHAPES = [(1,), (7,), (15,), (16,), (17,), (31,), (100,)]
LONG_SHAPE = (1, 1, 16, 128, 128)
EDGE = 64

SCHEDULERS = {
    "published": PUBLISHED_SCHEDULER,
    "lightning": LIGHTNING_SCHEDULER,
    "static": STATIC_SCHEDULER,
    "linear": {**PUBLISHED_SCHEDULER, "time_shift_type": "linear", "shift_terminal": None},
    "karras": {**PUBLISHED_SCHEDULER, "use_karras_sigmas": True},
    "exponential": {**PUBLISHED_SCHEDULER, "use_exponential_sigmas": True},
}
STEP_COUNTS = [1, 2, 4, 8, 50]
TOKEN_COUNTS = [1, 16, 35, 256, 4096, 9000]

# (picture, width, height): enlarging, shrinking, both at once, and by the same size.
LANCZOS_CASES = [
    ("square", 128, 128), ("square", 64, 64), ("square", 32, 96), ("wide", 192, 96), ("tall", 32, 64), ("large", 64, 64),
    ("large", 96, 32), ("small", 64, 64), ("strip", 192, 32), ("large", 230, 37),
]  # fmt: skip
# (picture, min_pixels, max_pixels)
BICUBIC_CASES = [
    ("square", 3136, 12845056), ("wide", 3136, 12845056), ("tall", 20000, 12845056), ("large", 3136, 5000), ("small", 3136, 12845056),
    ("strip", 3136, 12845056), ("large", 784, 1600),
]  # fmt: skip
SMART_RESIZE_SIZES = [(1, 1), (14, 42), (42, 70), (70, 42), (98, 154), (1024, 1024), (1184, 896), (32, 320), (20, 4000), (3000, 4000)]
SMART_RESIZE_LIMITS = [(3136, 12845056), (3136, 1003520), (50176, 100352)]
CONDITION_SIZES = [(1, 1), (64, 64), (1024, 1024), (3000, 2000), (2000, 3000), (1920, 1080), (100, 1000), (1000, 100), (37, 53), (4032, 3024)]
CONDITION_AREAS = [4096, 9216, 16384, 65536, 1048576]


def write_shared(folder: Path) -> None:
    _write_noise(folder)
    write_json(folder / "schedules.json", _schedules())
    write_json(folder / "sizes.json", _sizes())
    _write_resampling(folder)


def _noise(shape: tuple[int, ...], seed: int) -> torch.Tensor:
    return randn_tensor(shape, generator=torch.Generator("cpu").manual_seed(seed), device=torch.device("cpu"), dtype=torch.float32)


def _write_noise(folder: Path) -> None:
    tensors = {}
    for seed in SEEDS:
        for shape in SHAPES + ODD_SHAPES:
            tensors[f"{seed}.{'x'.join(map(str, shape))}"] = _noise(shape, seed)
        values = _noise(LONG_SHAPE, seed).flatten()
        tensors[f"{seed}.long.head"] = values[:EDGE]
        tensors[f"{seed}.long.middle"] = values[len(values) // 2 : len(values) // 2 + EDGE]
        tensors[f"{seed}.long.tail"] = values[-EDGE:]
    write_tensors(folder / "noise.safetensors", tensors)
    sums = {str(seed): float(_noise(LONG_SHAPE, seed).double().abs().sum()) for seed in SEEDS}
    write_json(folder / "noise.json", {"seeds": SEEDS, "long_shape": list(LONG_SHAPE), "edge": EDGE, "long_absolute_sum": sums})


def _schedules() -> dict[str, Any]:
    cases = []
    for name, config in SCHEDULERS.items():
        for steps in STEP_COUNTS:
            if steps == 1 and name in ("karras", "exponential"):
                continue
            for tokens in TOKEN_COUNTS if name == "published" else [16, 4096]:
                scheduler = FlowMatchEulerDiscreteScheduler.from_config(config)
                mu = calculate_shift(
                    tokens,
                    scheduler.config["base_image_seq_len"],
                    scheduler.config["max_image_seq_len"],
                    scheduler.config["base_shift"],
                    scheduler.config["max_shift"],
                )
                retrieve_timesteps(scheduler, steps, "cpu", sigmas=np.linspace(1.0, 1 / steps, steps), mu=mu)
                sigmas = [float(value) for value in scheduler.sigmas]
                cases.append({"config": name, "steps": steps, "tokens": tokens, "mu": mu, "sigmas": sigmas})
    return {"configs": SCHEDULERS, "cases": cases}


def _sizes() -> dict[str, Any]:
    condition = []
    for area in CONDITION_AREAS:
        for size in CONDITION_SIZES:
            width, height, _ = repaired.published_dimensions(area, size[0] / size[1])
            condition.append({"area": area, "size": list(size), "condition_size": [width, height]})
    vision = []
    for low, high in SMART_RESIZE_LIMITS:
        for width, height in SMART_RESIZE_SIZES:
            try:
                found_height, found_width = smart_resize(height, width, 28, low, high)
            except ValueError:
                continue
            vision.append({"min_pixels": low, "max_pixels": high, "size": [width, height], "vision_size": [found_width, found_height]})
    return {"condition": condition, "vision": vision}


def _write_resampling(folder: Path) -> None:
    tensors: dict[str, torch.Tensor] = {}
    described = []
    lanczos = VaeImageProcessor()
    for name, width, height in LANCZOS_CASES:
        case = f"lanczos.{name}.{width}x{height}"
        tensors[case] = torch.from_numpy(np.array(lanczos.resize(inputs.picture(name), height, width)))
        described.append({"name": case, "filter": "lanczos", "picture": f"{name}.png", "size": [width, height]})
    for name, low, high in BICUBIC_CASES:
        processor = Qwen2VLImageProcessor(min_pixels=low, max_pixels=high)
        pixels = torch.from_numpy(np.array(inputs.picture(name))).permute(2, 0, 1)[None]
        size = SizeDict(shortest_edge=low, longest_edge=high)
        resized = processor.resize(pixels, size, PILImageResampling.BICUBIC, factor=28)[0].permute(1, 2, 0)
        width, height = resized.shape[1], resized.shape[0]
        case = f"bicubic.{name}.{width}x{height}"
        tensors[case] = resized
        described.append({"name": case, "filter": "bicubic", "picture": f"{name}.png", "size": [width, height]})
    for case in described:
        path = folder / "resampled" / f"{case['name']}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(tensors[str(case["name"])].numpy()).save(path, optimize=True)
        case["expected"] = f"resampled/{case['name']}.png"
    write_json(folder / "resampled.json", described)
