"""diffusers, timed: `python timed_edits.py CHECKPOINT --dtype float32 --device cpu`.

Loads the checkpoint, then makes one edit for each line of JSON on stdin (pictures, prompt, negative_prompt, true_cfg_scale, width,
height, steps, seed, out) and answers each with a line: the seconds of the whole edit and of its parts. benchmarks/against-diffusers.mjs
talks to it.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from PIL import Image

import generate
import repaired


class Clock:
    """Adds up what the calls of some functions take, by name."""

    def __init__(self, synchronize: Callable[[], None]) -> None:
        self.seconds: dict[str, float] = {}
        self.calls: dict[str, int] = {}
        self._synchronize = synchronize

    def watch(self, owner: object, method: str, name: str) -> None:
        inner = getattr(owner, method)

        def timed(*arguments: object, **keywords: object) -> object:
            self._synchronize()
            start = time.perf_counter()
            result = inner(*arguments, **keywords)
            self._synchronize()
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start
            self.calls[name] = self.calls.get(name, 0) + 1
            return result

        setattr(owner, method, timed)

    def clear(self) -> None:
        self.seconds.clear()
        self.calls.clear()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--compile", action="store_true", help="torch.compile the transformer")
    parser.add_argument("--threads", type=int, default=0, help="torch's own choice by default")
    options = parser.parse_args()
    on_gpu = options.device != "cpu"

    start = time.perf_counter()
    threads = options.threads or torch.get_num_threads()
    generate.quiet()
    torch.set_num_threads(threads)
    pipeline, _ = repaired.load(options.checkpoint, getattr(torch, options.dtype))
    pipeline.to(options.device)
    if options.compile:
        pipeline.transformer.compile()
    clock = Clock(torch.cuda.synchronize if on_gpu else lambda: None)
    clock.watch(pipeline.text_encoder, "forward", "text")
    clock.watch(pipeline.vae, "encode", "encode")
    clock.watch(pipeline.vae, "decode", "decode")
    clock.watch(pipeline.transformer, "forward", "forward")
    print(json.dumps({"loaded_seconds": time.perf_counter() - start}), flush=True)

    for line in sys.stdin:
        edit = json.loads(line)
        clock.clear()
        start = time.perf_counter()
        pictures = [Image.open(picture).convert("RGB") for picture in edit["pictures"]]
        image = pipeline(
            # Of a list the pipeline of Edit shows its text encoder the pictures in the size that they came in.
            image=pictures[0] if len(pictures) == 1 else pictures,
            prompt=edit["prompt"],
            negative_prompt=edit["negative_prompt"],
            true_cfg_scale=edit["true_cfg_scale"],
            width=edit["width"],
            height=edit["height"],
            num_inference_steps=edit["steps"],
            generator=torch.Generator("cpu").manual_seed(edit["seed"]),
        ).images[0]
        image.save(edit["out"])
        seconds = time.perf_counter() - start
        gpu_bytes = torch.cuda.max_memory_allocated() if on_gpu else 0
        print(json.dumps({"seconds": seconds, "parts": clock.seconds, "calls": clock.calls, "gpu_bytes": gpu_bytes}), flush=True)


if __name__ == "__main__":
    main()
