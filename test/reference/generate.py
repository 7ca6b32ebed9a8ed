"""Builds the tiny checkpoints and computes every golden: `python generate.py`, or with names for those checkpoints alone."""

import argparse
import logging
import os
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import diffusers
import torch
import transformers

import checkpoint
import inputs
import loras
import pictures
import repaired
import saved_tokenizer
import shared
import stages
from files import write_json
from specs import SPECS, Spec

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


def generate(spec: Spec, fixtures: Path) -> None:
    """One checkpoint's folder and goldens."""
    folder = fixtures / "checkpoints" / spec.name
    goldens = fixtures / "goldens" / spec.name
    checkpoint.build(spec, folder)
    pipeline, probe = repaired.load(folder)
    stage_cases = stages.write_stages(spec, pipeline, probe, goldens)
    manifest = {"checkpoint": spec.name, "about": spec.about, "condition_areas": spec.condition_areas, **stage_cases}
    manifest["pictures"] = pictures.write_pictures(spec.name, pipeline, goldens)
    write_json(goldens / "manifest.json", manifest)
    write_loras(spec, fixtures)


def write_loras(spec: Spec, fixtures: Path) -> None:
    """The LoRAs for a checkpoint that is there, and their goldens."""
    if spec.name in loras.CHECKPOINTS:
        pipeline, _ = repaired.load(fixtures / "checkpoints" / spec.name)
        goldens = fixtures / "goldens" / spec.name
        cases = loras.write_loras(spec.name, pipeline, fixtures / "loras" / spec.name, goldens)
        write_json(goldens / "loras.json", {"checkpoint": spec.name, "pictures": cases})


def quiet() -> None:
    """One thread, so that the numbers repeat, and no chatter."""
    torch.set_num_threads(1)
    diffusers.utils.logging.set_verbosity_error()
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    diffusers.utils.logging.disable_progress_bar()
    logging.captureWarnings(capture=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="checkpoints to build; all, and the goldens that need none, by default")
    parser.add_argument("--loras", action="store_true", help="only the LoRAs of checkpoints that are there")
    parser.add_argument("--out", type=Path, default=FIXTURES, help="the fixtures folder")
    options = parser.parse_args()
    quiet()
    if options.loras:
        for spec in SPECS:
            if not options.names or spec.name in options.names:
                write_loras(spec, options.out)
        return
    (options.out / "pictures").mkdir(parents=True, exist_ok=True)
    for name in inputs.PICTURE_SIZES:
        inputs.picture(name).save(options.out / "pictures" / f"{name}.png", optimize=True)
    if not options.names:
        shared.write_shared(options.out / "goldens" / "shared")
        saved_tokenizer.write_saved_tokenizer(options.out / "tokenizers" / "transformers-5")
    for spec in SPECS:
        if not options.names or spec.name in options.names:
            print(spec.name, flush=True)
            generate(spec, options.out)


if __name__ == "__main__":
    main()
