"""Computes the miniature's LoRAs and writes them to models/mini-lora. See README.md."""

import argparse
import json
from pathlib import Path

from mini.loras import LORAS, transformer_weights


def main() -> None:
    models = Path(__file__).resolve().parents[2] / "models"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=models / "mini", help="the miniature, whose spare units and heads they use")
    parser.add_argument("--out", type=Path, default=models / "mini-lora")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    base = transformer_weights(arguments.model)
    for name, lora in LORAS.items():
        file = arguments.out / f"{name}.safetensors"
        lora.make(base).save(file)
        file.with_suffix(".json").write_text(json.dumps({"description": lora.description}, indent=2) + "\n", encoding="utf-8")
        print(f"{file}: {file.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
