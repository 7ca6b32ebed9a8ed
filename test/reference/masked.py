"""Pictures of which a mask keeps a part: the repaired pipeline with diffusers' own inpainting step after each step, by hand.

`python masked.py` writes `masked.json`, the masks and the pictures into the goldens of the checkpoints below, which must be there.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageDraw

import inputs
import repaired
from files import psnr, write_json
from generate import FIXTURES, quiet
from pictures import LOUD_BELOW_DB, Case, _guided, _plain, references
from repaired import Pipeline


@dataclass(frozen=True)
class MaskedCase:
    case: Case
    shapes: tuple[str, ...]
    """What of the first picture may change, see `_mask`."""


# A result of the size that the first reference is encoded at, and others; strokes that are thinner than a cell.
CASES: dict[str, list[MaskedCase]] = {
    "plain": [
        MaskedCase(_guided("block-guided", "square", "english", (64, 64), 2, 0, " "), ("block",)),
        MaskedCase(_plain("stroke-8", "large", "chinese", (96, 80), 8, 42), ("block", "stroke")),
        MaskedCase(_plain("encoded-once", "square", "emoji", (128, 128), 4, 7), ("block", "stroke")),
        MaskedCase(_plain("one-step", "tall", "other", (48, 112), 1, 3), ("stroke",)),
    ],
    "plus-2511": [
        MaskedCase(_guided("two-guided", "wide tall", "english", (112, 48), 2, 5, "ugly"), ("block", "stroke")),
        MaskedCase(_plain("three-chinese-4", "square large small", "chinese", (64, 64), 4, 11), ("block",)),
    ],
}


def _mask(picture: Image.Image, shapes: tuple[str, ...]) -> np.ndarray:
    """[height, width]: what may change of a picture."""
    width, height = picture.size
    canvas = Image.new("1", picture.size)
    draw = ImageDraw.Draw(canvas)
    if "block" in shapes:
        draw.rectangle((width // 5, height // 4, width // 2, height // 2), fill=1)
    if "stroke" in shapes:
        draw.line((width // 10, height - 3, width - 4, height * 2 // 3), fill=1)
    return np.array(canvas)


def _reached(pixel: int, pixels: int, cells: int) -> range:
    """The cells along one axis that a pixel reaches into."""
    return range(floor(Fraction(pixel * cells, pixels)), ceil(Fraction((pixel + 1) * cells, pixels)))


def _cells(mask: np.ndarray, rows: int, columns: int) -> torch.Tensor:
    """[rows, columns]: 1 where any pixel of the mask reaches into a cell."""
    cells = torch.zeros(rows, columns)
    for y, x in np.argwhere(mask):
        for row in _reached(int(y), mask.shape[0], rows):
            for column in _reached(int(x), mask.shape[1], columns):
                cells[row, column] = 1
    return cells


def run(pipeline: Pipeline, case: Case, mask: np.ndarray) -> np.ndarray:
    """8-bit [height, width, 3]: the decoded picture, before anything of it is replaced by the input's pixels."""
    width, height = case.size
    compression = pipeline.vae_scale_factor
    channels, rows, columns = pipeline.vae.config.z_dim, height // compression, width // compression
    pack = lambda values: pipeline._pack_latents(values, 1, channels, rows, columns)  # noqa: E731
    noise = pack(torch.randn((1, 1, channels, rows, columns), generator=torch.Generator("cpu").manual_seed(case.seed)))
    resized = pipeline.image_processor.resize(inputs.picture(case.pictures[0]), height, width)
    pixels = pipeline.image_processor.preprocess(resized, height, width).unsqueeze(2)
    with torch.no_grad():
        image = pack(pipeline._encode_vae_image(pixels, None).transpose(1, 2))
    init_mask = pack(_cells(mask, rows, columns).expand(1, 1, channels, rows, columns))

    def blend(pipe: Pipeline, step: int, _timestep: object, values: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        timesteps = pipe.scheduler.timesteps
        proper = image
        if step < len(timesteps) - 1:
            proper = pipe.scheduler.scale_noise(image, torch.tensor([timesteps[step + 1]]), noise)
        return {"latents": (1 - init_mask) * proper + init_mask * values["latents"]}

    floats = pipeline(
        image=references(pipeline, case),
        prompt=case.prompt,
        negative_prompt=case.negative_prompt,
        true_cfg_scale=case.true_cfg_scale,
        width=width,
        height=height,
        num_inference_steps=case.steps,
        latents=noise.clone(),
        output_type="pt",
        callback_on_step_end=blend,
    ).images
    return np.array(pipeline.image_processor.numpy_to_pil(pipeline.image_processor.pt_to_numpy(floats))[0])


def write_masked(checkpoint: str, folder: Path) -> None:
    """Writes a checkpoint's cases; raises where another mask would pass unseen."""
    pipeline, _probe = repaired.load(FIXTURES / "checkpoints" / checkpoint)
    described: list[dict[str, Any]] = []
    (folder / "masked").mkdir(exist_ok=True)
    for item in CASES[checkpoint]:
        case, first = item.case, inputs.picture(item.case.pictures[0])
        mask = _mask(first, item.shapes)
        expected = run(pipeline, case, mask)
        others = {
            "no mask": run(pipeline, case, np.ones_like(mask)),
            "the other part": run(pipeline, case, ~mask),
            "another noise": run(pipeline, replace(case, seed=case.seed + 1), mask),
        }
        distances = {what: psnr(expected, other) for what, other in others.items()}
        print(f"{checkpoint}/{case.name}: {distances}", flush=True)
        if max(distances.values()) >= LOUD_BELOW_DB:
            raise RuntimeError(f"{checkpoint}/{case.name}: another mask would pass unseen: {distances}")
        rgba = np.dstack([np.array(first), np.where(mask, 0, 255).astype(np.uint8)])
        Image.fromarray(rgba, "RGBA").save(folder / "masked" / f"{case.name}.mask.png", optimize=True)
        Image.fromarray(expected).save(folder / "masked" / f"{case.name}.png", optimize=True)
        described.append(
            {
                "name": case.name,
                "pictures": [f"{picture}.png" for picture in case.pictures],
                "mask": f"masked/{case.name}.mask.png",
                "prompt": case.prompt,
                "negative_prompt": case.negative_prompt,
                "true_cfg_scale": case.true_cfg_scale,
                "size": list(case.size),
                "num_inference_steps": case.steps,
                "seed": case.seed,
                "expected": f"masked/{case.name}.png",
                "counter_psnr": distances,
            }
        )
    write_json(folder / "masked.json", described)


def main() -> None:
    quiet()
    for checkpoint in CASES:
        write_masked(checkpoint, FIXTURES / "goldens" / checkpoint)


if __name__ == "__main__":
    main()
