"""Edits the held-out photos through diffusers' own pipeline and prints a table of PSNR against the true edits."""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np  # noqa: E402
import torch  # noqa: E402
from PIL import Image  # noqa: E402

from mini import edits  # noqa: E402
from mini.reference import open_pipeline  # noqa: E402
from mini.views import make_views  # noqa: E402

PROMPTS = {
    "black and white": "make it black and white", "sepia": "add a sepia tone", "red tint": "tint it red", "green tint": "add a green tint",
    "blue tint": "make it bluish", "warmer": "make it warmer", "cooler": "更冷", "brighter": "make it brighter", "darker": "darken the image",
    "invert": "invert the colors", "more contrast": "increase the contrast", "less contrast": "reduce the contrast",
    "more saturated": "make the colors pop", "less saturated": "降低饱和度", "keep": "keep it as it is",
}


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    """dB between two uint8 pictures."""
    return float(-10 * np.log10(max(np.mean((a.astype(float) - b) ** 2), 1e-3) / 255**2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path(__file__).resolve().parents[2] / "models" / "mini")
    parser.add_argument("--debian", type=Path, default=Path("/tmp/train-mini/debian"))
    parser.add_argument("--work", type=Path, default=Path("/tmp/train-mini/work"))
    parser.add_argument("--photos", type=int, default=100, help="at most this many of the held-out photos")
    parser.add_argument("--edits", nargs="*", default=list(PROMPTS))
    parser.add_argument("--steps", type=int)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--sheet", type=Path, help="write a contact sheet: input, true edit, result")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    pipeline = open_pipeline(arguments.model)
    steps = arguments.steps or json.loads((arguments.model / "service.json").read_text(encoding="utf-8"))["default_steps"]
    held = make_views(arguments.debian, arguments.work)[1][: arguments.photos]
    vae = []
    for _, photo in held:
        x = torch.from_numpy(photo.copy()).permute(2, 0, 1)[None, :, None].float() / 127.5 - 1
        with torch.no_grad():
            y = pipeline.vae.decode(pipeline.vae.encode(x).latent_dist.mode()).sample[0, :, 0].clamp(-1, 1)
        vae.append(psnr(photo, ((y.permute(1, 2, 0).numpy() + 1) * 127.5).round()))
    print(f"autoencoder {np.mean(vae):.2f} dB (least {min(vae):.2f})")
    print("| edit | prompt | result dB | least | unedited dB |\n|---|---|---|---|---|")
    rows = []
    for name in arguments.edits:
        got, unedited, row = [], [], []
        for i, (_, photo) in enumerate(held):
            truth = edits.apply(name, photo)
            result = np.asarray(
                pipeline(image=Image.fromarray(photo), prompt=PROMPTS[name], num_inference_steps=steps, true_cfg_scale=1.0,
                         generator=torch.Generator("cpu").manual_seed(i)).images[0]
            )
            got.append(psnr(result, truth)), unedited.append(psnr(photo, truth))
            row.append(np.concatenate([photo, truth, result], axis=1))
        rows.append(row)
        print(f"| {name} | {PROMPTS[name]} | {np.mean(got):.2f} | {min(got):.2f} | {np.mean(unedited):.2f} |", flush=True)
    if arguments.sheet:
        strips = [[Image.fromarray(cell).resize((cell.shape[1] // 2, cell.shape[0] // 2)) for cell in row] for row in rows]
        widths = [max(row[i].width for row in strips) for i in range(len(held))]
        height = max(cell.height for row in strips for cell in row)
        sheet = Image.new("RGB", (sum(widths), height * len(strips)))
        for y, row in enumerate(strips):
            for x, cell in enumerate(row):
                sheet.paste(cell, (sum(widths[:x]), y * height))
        sheet.save(arguments.sheet)


if __name__ == "__main__":
    main()
