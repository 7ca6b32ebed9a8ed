"""Makes the bundled miniature from nothing and writes it to models/mini. See README.md."""

import argparse
import os
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch  # noqa: E402

from mini.export import export, make_published_vae  # noqa: E402
from mini.layout import AGAIN_RANK, RANK, settle  # noqa: E402
from mini.maps import blur_map, second_blur_map  # noqa: E402
from mini.start import start_by_hand  # noqa: E402
from mini.start_vae import start_vae  # noqa: E402
from mini.text import make_processor, make_text_encoder, see  # noqa: E402
from mini.tokenizer import open_tokenizer, save_tokenizer, train_tokenizer  # noqa: E402
from mini.train_text import fit_readout, train_text  # noqa: E402
from mini.transformer import make_transformer  # noqa: E402
from mini.vae import FlatVae  # noqa: E402
from mini.views import make_views  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--debian", type=Path, default=Path("/tmp/train-mini/debian"), help="where the Debian packages were unpacked")
    parser.add_argument("--work", type=Path, default=Path("/tmp/train-mini/work"), help="state, log and caches")
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parents[2] / "models" / "mini")
    parser.add_argument("--threads", type=int, default=1)
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
    text_encoder = make_text_encoder(tokenizer)
    seen = [see(text_encoder, processor, view) for view in views]
    train_text(text_encoder, tokenizer, seen, work, log)
    settle(text_encoder)
    readout = fit_readout(text_encoder, tokenizer, seen)
    log("language model trained, its readout fitted")
    vae = FlatVae()
    start_vae(vae)
    transformer = make_transformer()
    error = start_by_hand(transformer, readout, blur_map(views, RANK), second_blur_map(views, AGAIN_RANK))
    log(f"transformer built; the velocity's size is right within {error:.2%}")
    export(arguments.out, transformer, text_encoder, make_published_vae(vae), processor, tokenizer_folder)
    log(f"exported to {arguments.out}")


if __name__ == "__main__":
    main()
