"""Writes how far diffusers' pictures in bfloat16 are from its own in float32, in dB, for benchmarks/gpu.mjs.

    python test/reference/bfloat16_pictures.py

For a checkpoint of each class and one with bfloat16 weights, on the CPU, on one thread: goldens/bfloat16-pictures.json.
"""

import json
from pathlib import Path

import numpy as np
import torch
from diffusers import QwenImageEditPlusPipeline
from PIL import Image

import generate
import repaired
from files import psnr, write_json

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
CHECKPOINTS = ("plain", "bfloat", "plus-2511")


def distances(checkpoint: str) -> dict[str, float]:
    """By the picture's name."""
    pipeline, _ = repaired.load(FIXTURES / "checkpoints" / checkpoint, torch.bfloat16)
    is_plus = isinstance(pipeline, QwenImageEditPlusPipeline)
    goldens = FIXTURES / "goldens" / checkpoint
    found = {}
    for item in json.loads((goldens / "manifest.json").read_text())["pictures"]:
        pictures = [Image.open(FIXTURES / "pictures" / name).convert("RGB") for name in item["pictures"]]
        made = pipeline(
            # The other class wants its one picture bare.
            image=pictures if is_plus else pictures[0],
            prompt=item["prompt"],
            negative_prompt=item["negative_prompt"],
            true_cfg_scale=item["true_cfg_scale"],
            width=item["size"][0],
            height=item["size"][1],
            num_inference_steps=item["num_inference_steps"],
            generator=torch.Generator("cpu").manual_seed(item["seed"]),
        ).images[0]
        found[item["name"]] = psnr(np.array(made), np.array(Image.open(goldens / item["expected"]).convert("RGB")))
    return found


def main() -> None:
    generate.quiet()
    torch.set_num_threads(1)
    write_json(FIXTURES / "goldens" / "bfloat16-pictures.json", {name: distances(name) for name in CHECKPOINTS})


if __name__ == "__main__":
    main()
