"""Edits the held-out photos through diffusers' own pipeline and prints tables of PSNR against the true edits."""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np  # noqa: E402
import torch  # noqa: E402
from PIL import Image  # noqa: E402

from mini import edits  # noqa: E402
from mini.heldout_wishes import COMBINED, DEVELOPMENT, HELD_OUT, PROMPTS  # noqa: E402
from mini.reading import Reader, misread  # noqa: E402
from mini.reference import open_pipeline  # noqa: E402
from mini.views import make_views  # noqa: E402


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    """dB between two uint8 pictures."""
    return float(-10 * np.log10(max(np.mean((a.astype(float) - b) ** 2), 1e-3) / 255**2))


def round_trip(vae, photo: np.ndarray) -> np.ndarray:
    """The photo through the autoencoder alone."""
    x = torch.from_numpy(photo.copy()).permute(2, 0, 1)[None, :, None].float() / 127.5 - 1
    with torch.no_grad():
        y = vae.decode(vae.encode(x).latent_dist.mode()).sample[0, :, 0].clamp(-1, 1)
    return ((y.permute(1, 2, 0).numpy() + 1) * 127.5).round()


def write_sheet(file: Path, rows: list[list[np.ndarray]], shrink: int = 2) -> None:
    """One row an edit, one strip (input, true edit, result) a photo."""
    strips = [[Image.fromarray(cell).resize((cell.shape[1] // shrink, cell.shape[0] // shrink)) for cell in row] for row in rows]
    widths = [max(row[i].width for row in strips) for i in range(len(rows[0]))]
    height = max(cell.height for row in strips for cell in row)
    sheet = Image.new("RGB", (sum(widths), height * len(strips)), "white")
    for y, row in enumerate(strips):
        for x, cell in enumerate(row):
            sheet.paste(cell, (sum(widths[:x]), y * height))
    sheet.save(file, quality=88)


def print_reading(model: Path, photos: list[np.ndarray]) -> None:
    """How many wishes are read strictly, about each of the photos: just the edits wanted, none by half, each as strongly as it is asked for.

    What an edit's degree must be: at most −0.55 for "slightly", from −0.45 to 0.45 for none, at least 0.55 for "strongly" (reading.py); edits
    that have no degrees are read whatever is said about them.
    """
    reader = Reader(model)
    kinds = {
        "held out, one edit": {w: e for w, e in HELD_OUT.items() if len(e) == 1},
        "held out, several edits": {w: e for w, e in HELD_OUT.items() if len(e) > 1},
        "held out, nothing to do": {w: e for w, e in HELD_OUT.items() if not e},
        "looked at while the wordings were written": DEVELOPMENT,
        "the tables' prompts": {p: (n,) if n != "keep" else () for n, p in PROMPTS.items()} | COMBINED,
    }
    for kind, wishes in kinds.items():
        wrong = misread(reader, wishes, photos)
        edits_alone = len(wishes) - len(misread(reader, wishes, photos, degrees=False))
        print(f"{kind}: {len(wishes) - len(wrong)} of {len(wishes)} (their edits, whatever the degree: {edits_alone})")
        for wish, got in wrong.items():
            print(f"  {wish!r} ({', '.join(wishes[wish]) or 'nothing'}): {got}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path(__file__).resolve().parents[2] / "models" / "mini")
    parser.add_argument("--debian", type=Path, default=Path("/tmp/train-mini/debian"))
    parser.add_argument("--work", type=Path, default=Path("/tmp/train-mini/work"))
    parser.add_argument("--photos", type=int, default=100, help="at most this many of the held-out photos")
    parser.add_argument("--edits", nargs="*", default=list(PROMPTS))
    parser.add_argument("--steps", type=int)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--wishes", action="store_true", help="combined edits too")
    parser.add_argument("--reading", action="store_true", help="only how wishes are read: no pictures, quick")
    parser.add_argument("--sheet", type=Path, help="write a contact sheet of the first two photos")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    held = [photo for _, photo in make_views(arguments.debian, arguments.work)[1]][: arguments.photos]
    if arguments.reading:
        print_reading(arguments.model, held)
        return
    pipeline = open_pipeline(arguments.model)
    steps = arguments.steps or json.loads((arguments.model / "service.json").read_text(encoding="utf-8"))["default_steps"]
    vae = [psnr(photo, round_trip(pipeline.vae, photo)) for photo in held]
    print(f"autoencoder {np.mean(vae):.2f} dB (least {min(vae):.2f})")

    def edited(photo: np.ndarray, prompt: str, seed: int) -> np.ndarray:
        generator = torch.Generator("cpu").manual_seed(seed)
        picture = Image.fromarray(photo)
        # An empty wish is a space here: the pipeline takes no empty string.
        return np.asarray(pipeline(image=picture, prompt=prompt or " ", num_inference_steps=steps, true_cfg_scale=1.0, generator=generator).images[0])

    print("| edit | prompt | result dB | least | unedited dB |\n|---|---|---|---|---|")
    rows = []
    for name in arguments.edits:
        got, unedited, row = [], [], []
        for i, photo in enumerate(held):
            truth, result = edits.apply(name, photo), edited(photo, PROMPTS[name], i)
            got.append(psnr(result, truth)), unedited.append(psnr(photo, truth))
            row.append(np.concatenate([photo, truth, result], axis=1))
        rows.append(row[:2])
        print(f"| {name} | {PROMPTS[name]} | {np.mean(got):.2f} | {min(got):.2f} | {np.mean(unedited):.2f} |", flush=True)
    if arguments.sheet:
        write_sheet(arguments.sheet, rows)
    if not arguments.wishes:
        return
    print("\n| wish | result dB | least | unedited dB |\n|---|---|---|---|")
    for prompt, names in COMBINED.items():
        truths = held
        for name in names:
            truths = [edits.apply(name, photo) for photo in truths]
        got = [psnr(edited(photo, prompt, i), truth) for i, (photo, truth) in enumerate(zip(held, truths))]
        unedited = [psnr(photo, truth) for photo, truth in zip(held, truths)]
        print(f"| {prompt} | {np.mean(got):.2f} | {min(got):.2f} | {np.mean(unedited):.2f} |", flush=True)



if __name__ == "__main__":
    main()
