"""Proves that the whole pictures hear every tensor and every position: `python audit.py [CHECKPOINT …]`.

Each parameter in turn is made neutral (norm weights 1, the rest 0), and each kind of position is dropped; the picture must move
to below HEARD_BELOW_DB, well under the 70 dB that a test asks for. The parameters that may be neutral without notice are the dead
ones: those after the last use of the text stream, temporal convolutions, the unused head of the language model.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import torch

import pictures
import repaired
from files import psnr
from generate import FIXTURES, quiet
from specs import SPECS, Spec

HEARD_BELOW_DB = 60.0


def _is_dead(name: str, last_block: int) -> bool:
    dead_in_last_block = r"(txt_mlp\.|attn\.(to_add_out|add_q_proj|norm_added_q)\.)"
    patterns = [rf"transformer\.transformer_blocks\.{last_block}\.{dead_in_last_block}", r"time_conv", r"lm_head"]
    return any(re.search(pattern, name) for pattern in patterns)


@contextmanager
def _neutral(parameter: torch.nn.Parameter, is_norm: bool) -> Iterator[None]:
    kept = parameter.detach().clone()
    with torch.no_grad():
        parameter.fill_(1.0 if is_norm else 0.0)
        yield
        parameter.copy_(kept)


@contextmanager
def _replaced(owner: object, name: str, value: object) -> Iterator[None]:
    kept = getattr(owner, name)
    setattr(owner, name, value)
    yield
    setattr(owner, name, kept)


def _positions(pipeline: repaired.Pipeline) -> dict[str, object]:
    """Ways to lose a position: each a context that a picture is made in."""
    language = pipeline.text_encoder.model
    tower = language.visual.rotary_pos_emb
    rope = pipeline.transformer.pos_embed
    rope_index, rotary, video = language.get_rope_index, tower.forward, rope.forward

    def flat(*arguments: object, **keywords: object):
        positions, deltas = rope_index(*arguments, **keywords)
        line = torch.arange(positions.shape[-1]).expand_as(positions)
        return line, deltas

    def swapped(*arguments: object, **keywords: object):
        positions, deltas = rope_index(*arguments, **keywords)
        return positions[[0, 2, 1]], deltas

    def still(hidden: torch.Tensor, position_ids: torch.Tensor):
        return rotary(hidden, position_ids * 0)

    def unframed(shapes: list[list[tuple[int, int, int]]], **keywords: object):
        found, text = video(shapes, **keywords)
        first = [video([[shape]], **keywords)[0] for shape in shapes[0]]
        return torch.cat(first).to(found.dtype), text

    def early_text(shapes: list[list[tuple[int, int, int]]], **keywords: object):
        found, text = video(shapes, **keywords)
        return found, rope.pos_freqs[: len(text)]

    return {
        "one-dimensional positions": _replaced(language, "get_rope_index", flat),
        "rows and columns swapped": _replaced(language, "get_rope_index", swapped),
        "vision tower without rotation": _replaced(tower, "forward", still),
        "reference with the target's frame index": _replaced(rope, "forward", unframed),
        "text positions from zero": _replaced(rope, "forward", early_text),
        "vision tower without windows": _replaced(
            language.visual, "fullatt_block_indexes", list(range(len(language.visual.blocks)))
        ),
    }


@contextmanager
def _without_zero_timestep(pipeline: repaired.Pipeline) -> Iterator[None]:
    """The references modulated as the target is."""
    owners = [pipeline.transformer, *pipeline.transformer.transformer_blocks]
    for owner in owners:
        owner.zero_cond_t = False
    yield
    for owner in owners:
        owner.zero_cond_t = True


def audit(spec: Spec) -> list[str]:
    """The names of what goes unheard."""
    pipeline, _ = repaired.load(FIXTURES / "checkpoints" / spec.name)
    case = replace(pictures.CASES[spec.name][0], steps=2, pictures=("wide", "tall") if spec.is_plus else ("wide",))
    golden = pictures.run(pipeline, case).pixels
    unheard: list[str] = []
    loudest, quietest = ("", 999.0), ("", 0.0)
    for part in ("text_encoder", "transformer", "vae"):
        for name, parameter in getattr(pipeline, part).named_parameters():
            qualified = f"{part}.{name}"
            is_norm = "norm" in name and "linear" not in name or "gamma" in name or "ln_q" in name
            with _neutral(parameter, is_norm):
                distance = psnr(golden, pictures.run(pipeline, case).pixels)
            dead = _is_dead(qualified, spec.denoiser.layers - 1)
            if not dead:
                quietest = max(quietest, (qualified, distance), key=lambda item: item[1])
                loudest = min(loudest, (qualified, distance), key=lambda item: item[1])
            if dead and distance != 999.0:
                unheard.append(f"{qualified} is not dead: {distance}")
            if not dead and distance >= HEARD_BELOW_DB:
                unheard.append(f"{qualified}: {distance}")
    changes = _positions(pipeline)
    if spec.zero_cond_t:
        changes["references modulated as the target is"] = _without_zero_timestep(pipeline)
    for what, change in changes.items():
        with change:
            distance = psnr(golden, pictures.run(pipeline, case).pixels)
        print(f"  {what}: {distance}")
        if distance >= HEARD_BELOW_DB:
            unheard.append(f"{what}: {distance}")
    print(f"  quietest tensor {quietest}, loudest {loudest}", flush=True)
    return unheard


def main() -> None:
    quiet()
    failed = False
    for spec in SPECS:
        if spec.service is None or (sys.argv[1:] and spec.name not in sys.argv[1:]):
            continue
        print(spec.name, flush=True)
        for line in audit(spec):
            failed = True
            print(f"  UNHEARD {line}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
