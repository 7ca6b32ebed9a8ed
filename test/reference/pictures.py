"""Whole pictures: what the repaired pipeline makes, and the proof that each case would notice a wrong input."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import QwenImageEditPlusPipeline
from PIL import Image

import inputs
from files import float_psnr, psnr, write_tensors
from repaired import Pipeline

LOUD_BELOW_DB = 50.0


@dataclass(frozen=True)
class Case:
    """One request. Guidance is on where true_cfg_scale > 1; the negative prompt is always given then."""

    name: str
    pictures: tuple[str, ...]
    prompt: str
    size: tuple[int, int]
    steps: int
    seed: int
    true_cfg_scale: float = 1.0
    negative_prompt: str | None = None


def _guided(name: str, pictures: str, prompt: str, size: tuple[int, int], steps: int, seed: int, negative: str, scale: float = 4.0) -> Case:
    return Case(name, tuple(pictures.split()), inputs.PROMPTS[prompt], size, steps, seed, scale, negative)


def _plain(name: str, pictures: str, prompt: str, size: tuple[int, int], steps: int, seed: int) -> Case:
    return Case(name, tuple(pictures.split()), inputs.PROMPTS[prompt], size, steps, seed)


CASES: dict[str, list[Case]] = {
    "plain": [
        _guided("square-guided", "square", "english", (64, 64), 2, 0, " "),
        _guided("wide-chinese-8", "wide", "chinese", (96, 64), 8, 42, "blurry, low quality"),
        _plain("tall-emoji-1", "tall", "emoji", (64, 128), 1, 7),
        _guided("large-long-odd", "large", "long", (48, 80), 2, 2**32 - 1, " "),
        _plain("small-spaces-8", "small", "spaces", (80, 48), 8, 2**31),
        _guided("strip-one-step", "strip", "english", (112, 16), 1, 3, "把天空变成红色", 2.5),
        _plain("one-token", "square", "english", (16, 16), 2, 11),
    ],
    "grouped": [
        _guided("square-guided", "square", "chinese", (64, 64), 8, 1, " "),
        _plain("wide-4", "wide", "english", (96, 64), 4, 5),
        _guided("tall-odd-1", "tall", "long", (40, 72), 1, 42, "ugly"),
        _guided("large-emoji", "large", "emoji", (56, 24), 2, 99, " ", 6.0),
        _plain("small-8", "small", "other", (64, 32), 8, 2**32 - 1),
    ],
    "sharded": [
        _guided("square-guided", "square", "emoji", (64, 64), 8, 12, "a 🐈 in the way"),
        _plain("tall-chinese-1", "tall", "chinese", (48, 96), 1, 0),
        _guided("wide-spaces-odd", "wide", "spaces", (80, 48), 2, 42, " "),
        _plain("large-long-8", "large", "long", (64, 64), 8, 6),
        _guided("strip-2", "strip", "other", (144, 16), 2, 8, " "),
    ],
    "bfloat": [
        _guided("square-guided", "square", "english", (64, 64), 8, 42, " "),
        _plain("wide-1", "wide", "other", (96, 64), 1, 2),
        _guided("tall-chinese", "tall", "chinese", (64, 128), 2, 77, "noise, blurry"),
        _plain("large-spaces-8", "large", "spaces", (48, 48), 8, 2**31 + 5),
        _guided("small-emoji-1", "small", "emoji", (32, 80), 1, 1, " "),
    ],
    "native": [_guided("megapixel", "large", "english", (64, 64), 2, 42, " ")],
    "plus-2509": [
        _guided("one-guided", "square", "english", (64, 64), 2, 0, " "),
        _guided("two-chinese-4", "wide tall", "chinese", (96, 64), 4, 42, "blurry, low quality"),
        _plain("three-emoji-8", "large small strip", "emoji", (64, 128), 8, 7),
        _plain("two-long-1", "small large", "long", (48, 80), 1, 2**32 - 1),
        _guided("three-guided", "tall square wide", "other", (80, 48), 2, 2**31, " ", 2.5),
    ],
    "plus-2511": [
        _guided("one-guided", "wide", "english", (64, 64), 2, 5, " "),
        _guided("two-emoji-8", "square tall", "emoji", (72, 40), 8, 11, "ugly"),
        _plain("three-chinese-4", "strip large small", "chinese", (64, 64), 4, 3),
        _guided("three-long-1", "small wide large", "long", (40, 56), 1, 42, " ", 6.0),
        _plain("two-spaces-2", "tall wide", "spaces", (56, 24), 2, 99),
    ],
}
# Cases that also keep the floats before rounding.
FLOAT_CASES = {("plain", "one-token"), ("plain", "square-guided")}


@dataclass(frozen=True)
class Outcome:
    pixels: np.ndarray
    """8-bit [height, width, 3]."""
    floats: torch.Tensor
    """[3, height, width] in 0–1."""
    latents: torch.Tensor
    """The last step's latents, packed [tokens, channels]."""


def references(pipeline: Pipeline, case: Case) -> Image.Image | list[Image.Image]:
    """As the pipeline takes them: QwenImageEditPipeline would show a list's picture to the vision tower without resizing it."""
    found = [inputs.picture(picture) for picture in case.pictures]
    return found if isinstance(pipeline, QwenImageEditPlusPipeline) else found[0]


def run(pipeline: Pipeline, case: Case) -> Outcome:
    last: dict[str, torch.Tensor] = {}

    def keep(_pipeline: object, _step: int, _timestep: object, values: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        last["latents"] = values["latents"]
        return values

    floats = pipeline(
        image=references(pipeline, case),
        prompt=case.prompt,
        negative_prompt=case.negative_prompt,
        true_cfg_scale=case.true_cfg_scale,
        width=case.size[0],
        height=case.size[1],
        num_inference_steps=case.steps,
        generator=torch.Generator("cpu").manual_seed(case.seed),
        output_type="pt",
        callback_on_step_end=keep,
    ).images
    pixels = pipeline.image_processor.numpy_to_pil(pipeline.image_processor.pt_to_numpy(floats))[0]
    return Outcome(np.array(pixels), floats[0], last["latents"][0])


def _counters(case: Case) -> dict[str, Case]:
    first, *others = case.pictures
    other_picture = "wide" if first == "tall" else "tall"
    found = {
        "prompt": replace(case, prompt="Add a small boat" if case.prompt != "Add a small boat" else "Remove the boat"),
        "picture": replace(case, pictures=(other_picture, *others)),
        "seed": replace(case, seed=(case.seed + 1) % 2**32),
    }
    if others:
        found["swapped"] = replace(case, pictures=(*case.pictures[:-2], case.pictures[-1], case.pictures[-2]))
        found["dropped"] = replace(case, pictures=case.pictures[:-1])
    if case.true_cfg_scale > 1:
        found["negative_prompt"] = replace(case, negative_prompt="dark")
        found["true_cfg_scale"] = replace(case, true_cfg_scale=case.true_cfg_scale + 1)
    return found


def write_pictures(checkpoint: str, pipeline: Pipeline, folder: Path) -> list[dict[str, Any]]:
    """Writes the expected pictures and returns their cases; raises where a wrong input would pass unseen."""
    described: list[dict[str, Any]] = []
    tensors: dict[str, torch.Tensor] = {}
    for case in CASES[checkpoint]:
        outcome = run(pipeline, case)
        if not bool(torch.isfinite(outcome.floats).all()):
            raise RuntimeError(f"{checkpoint}/{case.name}: not finite")
        distances = {what: psnr(outcome.pixels, run(pipeline, other).pixels) for what, other in _counters(case).items()}
        torch.set_num_threads(2)
        threaded = run(pipeline, case)
        torch.set_num_threads(1)
        quiet = [what for what, distance in distances.items() if distance >= LOUD_BELOW_DB]
        if quiet:
            raise RuntimeError(f"{checkpoint}/{case.name}: {', '.join(quiet)} would pass unseen: {distances}")
        itself = float_psnr(outcome.floats, threaded.floats)
        print(f"  {case.name}: {distances}, two threads {itself}", flush=True)
        path = folder / "pictures" / f"{case.name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(outcome.pixels).save(path, optimize=True)
        tensors[f"{case.name}.latents"] = outcome.latents
        if (checkpoint, case.name) in FLOAT_CASES:
            tensors[f"{case.name}.output"] = outcome.floats
        described.append(
            {
                "name": case.name,
                "pictures": [f"{picture}.png" for picture in case.pictures],
                "prompt": case.prompt,
                "negative_prompt": case.negative_prompt,
                "true_cfg_scale": case.true_cfg_scale,
                "size": list(case.size),
                "num_inference_steps": case.steps,
                "seed": case.seed,
                "expected": f"pictures/{case.name}.png",
                "counter_psnr": distances,
                "two_threads_psnr": itself,
            }
        )
    write_tensors(folder / "pictures.safetensors", tensors)
    return described
