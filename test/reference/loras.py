"""Tiny LoRAs under the names that trainers write, and the pictures that diffusers makes with them.

Each file changes other layers, so that every linear layer of the transformer is some file's target. diffusers reads most of the
forms itself; of those that it ignores or refuses the same weights are loaded under its own names (`scale` inside the down factor).
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import FlowMatchEulerDiscreteScheduler
from PIL import Image
from safetensors.torch import save_file


import pictures
from files import psnr
from repaired import Pipeline
from specs import LIGHTNING_SCHEDULER
from weights import stream

LOUD_BELOW_DB = 40.0
LIGHTNING = "Qwen-Image-Edit-Lightning-4steps-V1.0-bf16"

Weights = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Pair:
    """One layer's factors [rank, in] and [out, rank]; alpha over the rank scales their product, 1 without one."""

    down: torch.Tensor
    up: torch.Tensor
    alpha: float | None

    @property
    def scale(self) -> float:
        return 1.0 if self.alpha is None else self.alpha / self.down.shape[0]


Write = Callable[[str, Pair], Weights]


def _named(prefix: str, down: str, up: str, flat: bool = False) -> Write:
    """A form: what stands before a layer's name, the factors' names, and whether dots have become underscores."""

    def write(module: str, pair: Pair) -> Weights:
        name = prefix + (module.replace(".", "_") if flat else module)
        alpha = {} if pair.alpha is None else {f"{name}.alpha": torch.tensor(pair.alpha)}
        return {f"{name}.{down}": pair.down, f"{name}.{up}": pair.up, **alpha}

    return write


_diffusers = _named("transformer.", "lora_A.weight", "lora_B.weight")

ATTENTION = "attn.to_q attn.to_k attn.to_v attn.to_out.0 attn.add_q_proj attn.add_k_proj attn.add_v_proj attn.to_add_out".split()
MLP = "img_mlp.net.0.proj img_mlp.net.2 txt_mlp.net.0.proj txt_mlp.net.2".split()
MODULATION = ["img_mod.1", "txt_mod.1"]
OUTER = [
    "img_in",
    "txt_in",
    "proj_out",
    "norm_out.linear",
    "time_text_embed.timestep_embedder.linear_1",
    "time_text_embed.timestep_embedder.linear_2",
]


@dataclass(frozen=True)
class Form:
    """A file. `layers` of each block, and the outer ones where `outer`; `read` where diffusers reads the names itself."""

    name: str
    write: Write
    layers: list[str]
    rank: int
    alpha: float | None = None
    outer: bool = False
    dtype: torch.dtype = torch.float32
    read: bool = True
    metadata: dict[str, Any] | None = None


FORMS = [
    Form("peft", _diffusers, ATTENTION, 2),
    Form(
        "peft-metadata",
        _diffusers,
        [*MLP, "attn.to_q"],
        2,
        metadata={"r": 2, "lora_alpha": 3, "alpha_pattern": {"attn.to_q": 5}, "target_modules": [*MLP, "attn.to_q"]},
    ),
    Form(LIGHTNING, _named("", "lora_down.weight", "lora_up.weight"), [*ATTENTION, *MLP], 2, alpha=1.0, dtype=torch.bfloat16),
    Form("diffsynth", _named("", "lora_A.default.weight", "lora_B.default.weight"), [*MODULATION, "attn.to_v"], 2),
    Form("ai-toolkit", _named("diffusion_model.", "lora_A.weight", "lora_B.weight"), [*MLP, "attn.to_k"], 3),
    Form("comfy-alpha", _named("diffusion_model.", "lora_down.weight", "lora_up.weight"), MLP, 2, alpha=3.0),
    Form(
        "kohya",
        _named("lora_unet_", "lora_down.weight", "lora_up.weight", flat=True),
        [*ATTENTION, *MODULATION],
        1,
        alpha=2.0,
        outer=True,
        dtype=torch.float16,
    ),
    Form("bare", _named("", "lora_A.weight", "lora_B.weight"), ["attn.to_q", "attn.to_out.0", *MODULATION], 2, outer=True, read=False),
    Form("lycoris", _named("lycoris_", "lora_down.weight", "lora_up.weight", flat=True), ATTENTION, 2, alpha=3.0, read=False),
    Form("transformer-alpha", _named("transformer.", "lora_A.weight", "lora_B.weight"), ATTENTION, 2, alpha=1.0, read=False),
    Form("old-diffusers", _named("transformer.", "lora.down.weight", "lora.up.weight"), MLP, 2, read=False),
]

# For transformers from one file: every layer, whatever type its weight has there.
EVERY_LAYER = Form("every-layer", _diffusers, [*ATTENTION, *MLP, *MODULATION], 2, outer=True)

# The forms that are tried on each checkpoint.
CHECKPOINTS: dict[str, list[str]] = {
    "plain": [form.name for form in FORMS],
    "plus-2511": ["peft", LIGHTNING, "kohya", "bare"],
}


@dataclass(frozen=True)
class Case:
    """A request with LoRAs, each with its strength."""

    name: str
    loras: tuple[tuple[str, float], ...]
    steps: int = 2
    lightning: bool = False


def _cases(checkpoint: str) -> Iterator[Case]:
    for name in CHECKPOINTS[checkpoint]:
        # Lightning brings its schedule, wherever it is used.
        yield Case(f"form-{name}" if name != LIGHTNING else "lightning-4", ((name, 1.0),), 4 if name == LIGHTNING else 2, name == LIGHTNING)
    yield Case("half", (("peft", 0.5),))
    yield Case("against", (("kohya", -0.5),))
    yield Case("two", (("peft", 0.5), ("kohya", -0.5)))
    yield Case("three", (("bare", 1.0), ("kohya", 0.5), ("peft", -0.5)))
    yield Case("lightning-8", ((LIGHTNING, 1.0),), 8, lightning=True)


def _linears(pipeline: Pipeline) -> dict[str, torch.nn.Linear]:
    """The transformer's, before PEFT wraps them."""
    return {name: module for name, module in pipeline.transformer.named_modules() if isinstance(module, torch.nn.Linear)}


def _targets(name: str, form: Form) -> bool:
    return name.split(".", 2)[2] in form.layers if name.startswith("transformer_blocks.") else form.outer


def _pairs(checkpoint: str, linears: dict[str, torch.nn.Linear], form: Form) -> dict[str, Pair]:
    def draw(name: str, shape: tuple[int, int], spread: float) -> torch.Tensor:
        normal = stream(f"{checkpoint}/lora/{form.name}/{name}").standard_normal(shape)
        return torch.from_numpy((spread * normal).astype(np.float32)).to(form.dtype)

    pairs = {}
    for name, module in linears.items():
        if not _targets(name, form):
            continue
        down = draw(f"{name}.down", (form.rank, module.in_features), 1 / np.sqrt(module.in_features))
        up = draw(f"{name}.up", (module.out_features, form.rank), 0.7 / np.sqrt(form.rank))
        pairs[name] = Pair(down, up, form.alpha)
    return pairs


def _metadata(form: Form) -> dict[str, str]:
    if form.metadata is None:
        return {"format": "pt"}
    config = {f"transformer.{key}": value for key, value in form.metadata.items()}
    return {"format": "pt", "lora_adapter_metadata": json.dumps(config)}


def _under_own_names(pairs: dict[str, Pair]) -> Weights:
    """The same weights under the names that diffusers writes itself."""
    weights: Weights = {}
    for name, pair in pairs.items():
        weights |= _diffusers(name, Pair(pair.down.float() * pair.scale, pair.up.float(), None))
    return weights


def _save(form: Form, pairs: dict[str, Pair], folder: Path) -> None:
    weights = {key: value.contiguous() for name, pair in pairs.items() for key, value in form.write(name, pair).items()}
    save_file(weights, str(folder / f"{form.name}.safetensors"), metadata=_metadata(form))
    (folder / f"{form.name}.safetensors").chmod(0o644)


def write_lora(checkpoint: str, pipeline: Pipeline, form: Form, folder: Path) -> None:
    """Writes a LoRA for a pipeline, which then has it."""
    folder.mkdir(parents=True, exist_ok=True)
    _save(form, _pairs(checkpoint, _linears(pipeline), form), folder)
    pipeline.load_lora_weights(str(folder), weight_name=f"{form.name}.safetensors", adapter_name=_adapter(form.name))


def use_lora(pipeline: Pipeline, form: Form, strength: float) -> None:
    pipeline.set_adapters([_adapter(form.name)], [strength])


def write_loras(checkpoint: str, pipeline: Pipeline, folder: Path, goldens: Path) -> list[dict[str, Any]]:
    """Writes a checkpoint's LoRAs and the pictures with them, and returns the cases; raises where a LoRA would not be missed."""
    folder.mkdir(parents=True, exist_ok=True)
    linears = _linears(pipeline)
    for form in FORMS:
        if form.name not in CHECKPOINTS[checkpoint]:
            continue
        pairs = _pairs(checkpoint, linears, form)
        _save(form, pairs, folder)
        if form.read:
            pipeline.load_lora_weights(str(folder), weight_name=f"{form.name}.safetensors", adapter_name=_adapter(form.name))
        else:
            pipeline.load_lora_weights(_under_own_names(pairs), adapter_name=_adapter(form.name))
    own_scheduler = pipeline.scheduler
    base = next(case for case in pictures.CASES[checkpoint] if case.size[0] * case.size[1] <= 4096)
    described = []
    for case in _cases(checkpoint):
        pipeline.scheduler = FlowMatchEulerDiscreteScheduler.from_config(LIGHTNING_SCHEDULER) if case.lightning else own_scheduler
        request = replace(base, steps=case.steps, **({"true_cfg_scale": 1.0, "negative_prompt": None} if case.lightning else {}))
        pipeline.enable_lora()
        pipeline.set_adapters([_adapter(name) for name, _ in case.loras], [scale for _, scale in case.loras])
        outcome = pictures.run(pipeline, request)
        pipeline.disable_lora()
        distance = psnr(outcome.pixels, pictures.run(pipeline, request).pixels)
        print(f"  {case.name}: {distance} dB from the picture without", flush=True)
        if distance >= LOUD_BELOW_DB or not bool(torch.isfinite(outcome.floats).all()):
            raise RuntimeError(f"{checkpoint}/{case.name}: {distance} dB from the picture without its LoRAs")
        path = goldens / "loras" / f"{case.name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(outcome.pixels).save(path, optimize=True)
        described.append(
            {
                "name": case.name,
                "loras": [{"name": name, "scale": scale} for name, scale in case.loras],
                "pictures": [f"{picture}.png" for picture in request.pictures],
                "prompt": request.prompt,
                "negative_prompt": request.negative_prompt,
                "true_cfg_scale": request.true_cfg_scale,
                "size": list(request.size),
                "num_inference_steps": request.steps,
                "seed": request.seed,
                "expected": f"loras/{case.name}.png",
                "counter_psnr": {"without": distance},
            }
        )
    pipeline.scheduler = own_scheduler
    pipeline.unload_lora_weights()
    return described


def _adapter(name: str) -> str:
    """PEFT's names of adapters have no dots."""
    return name.replace(".", "_")
