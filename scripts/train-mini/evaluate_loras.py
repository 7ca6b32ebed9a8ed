"""Edits the held-out photos with the LoRAs through diffusers' own pipeline and prints a table of PSNR against the intended edits."""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np  # noqa: E402
import torch  # noqa: E402
from PIL import Image  # noqa: E402

from evaluate import psnr, write_sheet  # noqa: E402
from mini import edits  # noqa: E402
from mini.loras import LORAS  # noqa: E402
from mini.reference import open_pipeline  # noqa: E402
from mini.views import make_views  # noqa: E402

MODELS = Path(__file__).resolve().parents[2] / "models"
# (LoRAs with their scales, prompt, the edit that it asks for).
CASES: tuple[tuple[dict[str, float], str, str], ...] = (
    ({"gold-frame": 1.0}, "keep it as it is", "keep"),
    ({"gold-frame": 0.5}, "keep it as it is", "keep"),
    ({"vignette": 1.0}, "keep it as it is", "keep"),
    ({"vignette": 0.5}, "keep it as it is", "keep"),
    ({"vignette": 1.0, "gold-frame": 1.0}, "keep it as it is", "keep"),
    ({"gold-frame": 1.0}, "make it black and white", "black and white"),
    ({"vignette": 1.0}, "make it black and white", "black and white"),
    ({"vignette": 0.5}, "make it black and white", "black and white"),
    ({"vignette": 1.0, "gold-frame": 1.0}, "make it black and white", "black and white"),
    ({"vignette": 1.0, "gold-frame": 1.0}, "flip it horizontally", "flip"),
    ({"vignette": 1.0, "gold-frame": 1.0}, "invert the colors", "invert"),
    ({"gold-frame": 1.0}, "posterize it", "posterize"),
    ({"gold-frame": 1.0}, "add a white border", "border"),
)


def intended(photo: np.ndarray, edit: str, scales: dict[str, float]) -> np.ndarray:
    """What the prompt asks for, then the vignette, then the frame; where it asks for a border, there is no other."""
    x = edits.apply(edit, photo).astype(np.float32) / 255
    for name in ("vignette", "gold-frame"):
        if name in scales and not (edit == "border" and name == "gold-frame"):
            x = LORAS[name].intended(x, scales[name])
    return np.round(np.clip(x, 0, 1) * 255).astype(np.uint8)


def told(scales: dict[str, float]) -> str:
    return ", ".join(f"{name} {scale:g}" for name, scale in scales.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=MODELS / "mini")
    parser.add_argument("--loras", type=Path, default=MODELS / "mini-lora")
    parser.add_argument("--debian", type=Path, default=Path("/tmp/train-mini/debian"))
    parser.add_argument("--work", type=Path, default=Path("/tmp/train-mini/work"))
    parser.add_argument("--photos", type=int, default=100, help="at most this many of the held-out photos")
    parser.add_argument("--only", nargs="*", default=[], help='only these rows, by their first column, as in "vignette 0.5"')
    parser.add_argument("--steps", type=int, help="by default those of service.json")
    parser.add_argument("--bfloat16", action="store_true", help="compute in bfloat16, as the service does on a GPU")
    parser.add_argument("--sheet", type=Path, help="write a contact sheet of the first two photos")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    held = [photo for _, photo in make_views(arguments.debian, arguments.work)[1]][: arguments.photos]
    pipeline = open_pipeline(arguments.model)
    steps = arguments.steps or json.loads((arguments.model / "service.json").read_text(encoding="utf-8"))["default_steps"]

    def edited(photo: np.ndarray, prompt: str, seed: int) -> np.ndarray:
        generator = torch.Generator("cpu").manual_seed(seed)
        return np.asarray(pipeline(image=Image.fromarray(photo), prompt=prompt, num_inference_steps=steps, true_cfg_scale=1.0, generator=generator).images[0])

    cases = [case for case in CASES if not arguments.only or told(case[0]) in arguments.only]
    plain = {prompt: [edited(photo, prompt, i) for i, photo in enumerate(held)] for prompt in dict.fromkeys(prompt for _, prompt, _ in cases)}
    for name in LORAS:
        pipeline.load_lora_weights(arguments.loras / f"{name}.safetensors", adapter_name=name)
    pipeline.disable_lora()
    for prompt, pictures in plain.items():
        same = np.array_equal(edited(held[0], prompt, 0), pictures[0])
        print(f"loaded and not used, {prompt!r}: {'the same picture' if same else 'ANOTHER PICTURE'} as without LoRAs")
    pipeline.enable_lora()
    if arguments.bfloat16:
        pipeline.to(torch.bfloat16)
    print("| LoRAs | prompt | result dB | least | without the LoRAs dB |\n|---|---|---|---|---|")
    rows = []
    for scales, prompt, edit in cases:
        pipeline.set_adapters(list(scales), list(scales.values()))
        got, without, row = [], [], []
        for i, photo in enumerate(held):
            truth, result = intended(photo, edit, scales), edited(photo, prompt, i)
            got.append(psnr(result, truth)), without.append(psnr(plain[prompt][i], truth))
            row.append(np.concatenate([photo, truth, result], axis=1))
        rows.append(row[:2])
        print(f"| {told(scales)} | {prompt} | {np.mean(got):.2f} | {min(got):.2f} | {np.mean(without):.2f} |", flush=True)
    if arguments.sheet:
        write_sheet(arguments.sheet, rows, shrink=1)


if __name__ == "__main__":
    main()
