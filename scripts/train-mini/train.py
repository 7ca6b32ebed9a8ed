"""Trains the bundled miniature from nothing and writes it to models/mini. See README.md."""

import argparse
import os
import time
from datetime import datetime, timezone
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch  # noqa: E402

from mini import settings  # noqa: E402
from mini.export import export, make_published_vae  # noqa: E402
from mini.latents import encode_subjects, measure  # noqa: E402
from mini.start import least_squares, start_by_hand  # noqa: E402
from mini.state import load_state, save_state  # noqa: E402
from mini.text import make_processor, make_text_encoder, see  # noqa: E402
from mini.tokenizer import open_tokenizer, save_tokenizer, train_tokenizer  # noqa: E402
from mini.train_text import train_text  # noqa: E402
from mini.train_transformer import PHASES, Trainer  # noqa: E402
from mini.train_vae import train_vae  # noqa: E402
from mini.transformer import make_transformer  # noqa: E402
from mini.views import make_views  # noqa: E402


def clock(text: str) -> float:
    """The time (as time.time() counts) of today's HH:MM, UTC."""
    hour, minute = map(int, text.split(":"))
    return datetime.now(timezone.utc).replace(hour=hour, minute=minute, second=0).timestamp()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--debian", type=Path, default=Path("/tmp/train-mini/debian"), help="where the Debian packages were unpacked")
    parser.add_argument("--work", type=Path, default=Path("/tmp/train-mini/work"), help="state, log and caches")
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parents[2] / "models" / "mini")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--vae-seconds", type=float, default=900)
    for name, phase in PHASES.items():
        parser.add_argument(f"--{name}-seconds", type=float, default=phase.seconds, help="processor time")
        parser.add_argument(f"--{name}-until", type=clock, default=float("inf"), help="UTC, HH:MM: end the phase then at the latest")
    parser.add_argument("--export-only", action="store_true", help="write the last state's average, train nothing")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    work = arguments.work
    work.mkdir(parents=True, exist_ok=True)
    def log(line: str) -> None:
        line = f"{time.strftime('%H:%M:%S', time.gmtime())} {line}"
        print(line, flush=True)
        with (work / "log.txt").open("a") as file:
            file.write(line + "\n")

    views, held = make_views(arguments.debian, work)
    log(f"{len(views)} views, {len(held)} held out")
    tokenizer_folder = work / "tokenizer"
    if not (tokenizer_folder / "tokenizer.json").exists():
        save_tokenizer(train_tokenizer(), tokenizer_folder)
    tokenizer, processor = open_tokenizer(tokenizer_folder), make_processor(tokenizer_folder)
    vae = train_vae(views, [picture for _, picture in held], work, arguments.vae_seconds, log)
    stats = load_state(work / "stats.pt")
    if stats is None:
        torch.manual_seed(settings.SEED + 8)
        stats = measure(vae, views)
        save_state(work / "stats.pt", stats)
        log(f"loudness {[round(v, 3) for v in stats['loudness'].tolist()]}")
    transformer, text_encoder = make_transformer(), make_text_encoder(tokenizer)
    subjects, seen = [], []
    if not arguments.export_only:
        subjects = encode_subjects(vae, views, stats, work / "latents.pt", log)
        seen = [see(text_encoder, processor, view) for view in views]
        readout = train_text(text_encoder, tokenizer, seen, work, log)
        start_by_hand(transformer, readout, least_squares(subjects, torch.Generator().manual_seed(settings.SEED + 10)))
        if not (arguments.out / "model_index.json").exists():  # something to serve while training goes on
            export(arguments.out, transformer, text_encoder, make_published_vae(vae, stats), processor, tokenizer_folder)
            log(f"first export to {arguments.out}")
    trainer = Trainer(transformer, text_encoder, tokenizer, subjects, seen, stats["loudness"], work, log)
    if not arguments.export_only:
        for name in PHASES:
            trainer.run(name, getattr(arguments, f"{name}_seconds"), until=getattr(arguments, f"{name}_until"))
    trainer.use_average()
    export(arguments.out, transformer, text_encoder, make_published_vae(vae, stats), processor, tokenizer_folder)
    log(f"exported step {trainer.step} to {arguments.out}")


if __name__ == "__main__":
    main()
