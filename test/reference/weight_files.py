"""Transformers as people have them, GGUF and 8-bit floats in one file, and diffusers' pictures from what those files hold.

    python weight_files.py                  # the committed ones, test/fixtures/weight-files
    python weight_files.py --all FOLDER     # one file a type, into another folder: WEIGHT_FILES=FOLDER npm test -- test/engine/weight-files

The checkpoint's folder has no transformer/: the files tell its config.
"""

import argparse
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import torch
from diffusers import QwenImageTransformer2DModel
from gguf import GGMLQuantizationType, GGUFWriter
from safetensors.torch import save_file

import checkpoint
import gguf_blocks
import inputs
import loras
import pictures
import repaired
import weights
from files import psnr, write_json, write_tensors
from generate import quiet
from specs import WEIGHT_FILES

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "weight-files"
CASES = [
    pictures.Case("two-guided", ("square", "tall"), inputs.PROMPTS["english"], (64, 64), 2, 5, 4.0, " "),
    pictures.Case("one-plain", ("wide",), inputs.PROMPTS["chinese"], (96, 64), 4, 11),
]
LORA_STRENGTH = 0.5
MARK = "__index_timestep_zero__"
Tensors = dict[str, torch.Tensor]


def transformer(layers: int) -> tuple[QwenImageTransformer2DModel, Tensors]:
    spec = WEIGHT_FILES
    model = QwenImageTransformer2DModel(
        attention_head_dim=spec.denoiser.head_dim,
        axes_dims_rope=spec.denoiser.axes,
        in_channels=4 * spec.vae.z_dim,
        joint_attention_dim=spec.language.hidden,
        num_attention_heads=spec.denoiser.heads,
        num_layers=layers,
        out_channels=spec.vae.z_dim,
        patch_size=2,
        zero_cond_t=True,
    )
    weights.fill(model, spec.name, "transformer")
    return model, dict(model.state_dict())


def _degenerate(values: np.ndarray) -> np.ndarray:
    """The first block's values are all alike and below zero: its scale is 0, its minimum isn't."""
    changed = values.copy()
    changed[0, :32] = -0.05
    return changed


def write_gguf(path: Path, tensors: Tensors, types: Iterator[str], mark: bool, prefix: str = "") -> Tensors:
    """Writes matrices in `types` in turn, what a type can't hold as Q8_0, and the rest as float32; gives what it holds."""
    writer = GGUFWriter(str(path), "qwen_image")
    held: Tensors = {}
    for name, tensor in tensors.items():
        values = tensor.numpy().astype(np.float32)
        kind = "F32"
        if values.ndim == 2:
            kind = next(types)
            if values.shape[1] % gguf_blocks.block_values(kind) != 0:
                kind = "Q8_0"
            values = _degenerate(values)
        data = gguf_blocks.quantize(values, kind)
        writer.add_tensor(prefix + name, data, raw_dtype=GGMLQuantizationType[kind])
        held[name] = torch.from_numpy(gguf_blocks.dequantize(data, kind).astype(np.float32).reshape(values.shape))
    if mark:
        writer.add_tensor(prefix + MARK, np.zeros(1, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return held


def _scaled(values: torch.Tensor, dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
    scale = values.abs().max() / torch.finfo(dtype).max
    return (values / scale).to(dtype), scale.to(torch.float32)


def plain_float8(tensors: Tensors, dtype: torch.dtype) -> tuple[Tensors, Tensors]:
    """Everything cast, as the first of ComfyUI's files are."""
    stored = {name: value.to(dtype) for name, value in tensors.items()}
    return stored, {name: value.float() for name, value in stored.items()}


def scale_weight(tensors: Tensors, dtype: torch.dtype) -> tuple[Tensors, Tensors]:
    """`.scale_weight` beside each matrix, `scaled_fp8` once; what isn't a matrix stays bfloat16."""
    stored: Tensors = {"scaled_fp8": torch.zeros(2, dtype=dtype)}
    held: Tensors = {}
    for name, value in tensors.items():
        if value.ndim != 2:
            stored[name] = value.to(torch.bfloat16)
            held[name] = stored[name].float()
            continue
        stored[name], scale = _scaled(value, dtype)
        stored[name.removesuffix("weight") + "scale_weight"] = scale
        stored[name.removesuffix("weight") + "scale_input"] = torch.ones((), dtype=torch.float32)
        held[name] = stored[name].float() * scale
    return stored, held


def comfy_quant(tensors: Tensors, _dtype: torch.dtype) -> tuple[Tensors, Tensors]:
    """`.weight_scale` and `.comfy_quant`, both formats, below ComfyUI's prefix; some matrices stay bfloat16."""
    stored: Tensors = {}
    held: Tensors = {}
    prefix = "model.diffusion_model."
    for index, (name, value) in enumerate(tensors.items()):
        if value.ndim != 2 or index % 5 == 0:
            stored[prefix + name] = value.to(torch.bfloat16)
            held[name] = value.to(torch.bfloat16).float()
            continue
        wide = index % 3 == 0
        layer = prefix + name.removesuffix("weight")
        stored[prefix + name], scale = _scaled(value, torch.float8_e5m2 if wide else torch.float8_e4m3fn)
        stored[layer + "weight_scale"] = scale
        note = json.dumps({"format": "float8_e5m2" if wide else "float8_e4m3fn", "full_precision_matrix_mult": True})
        stored[layer + "comfy_quant"] = torch.tensor(list(note.encode()), dtype=torch.uint8)
        held[name] = stored[prefix + name].float() * scale
    stored[prefix + MARK] = torch.zeros(0)
    stored["first_stage_model.decoder.unused"] = torch.zeros(3)
    return stored, held


Float8 = Callable[[Tensors, torch.dtype], tuple[Tensors, Tensors]]


def write_safetensors(path: Path, tensors: Tensors, make: Float8, dtype: torch.dtype, mark: bool = True) -> Tensors:
    stored, held = make(tensors, dtype)
    if mark:
        stored[MARK] = torch.zeros(0)
    save_file({name: value.contiguous() for name, value in stored.items()}, str(path))
    path.chmod(0o644)
    return held


def bfloat16(tensors: Tensors, dtype: torch.dtype) -> tuple[Tensors, Tensors]:
    stored = {f"model.diffusion_model.{name}": value.to(dtype) for name, value in tensors.items()}
    return stored, {name: value.to(dtype).float() for name, value in tensors.items()}


def committed(folder: Path) -> Iterator[tuple[str, int, Callable[[Tensors], Tensors]]]:
    """Name, layers and what writes the file and gives what it holds."""
    mixture = cycle(["Q4_K", "Q6_K", "Q2_K", "Q3_K", "Q5_K", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "BF16", "F16"])
    yield "mixture.gguf", 2, lambda tensors: write_gguf(folder / "mixture.gguf", tensors, mixture, mark=True)
    yield "comfy-fp8.safetensors", 1, lambda tensors: write_safetensors(
        folder / "comfy-fp8.safetensors", tensors, comfy_quant, torch.float8_e4m3fn, mark=False
    )


def every_type(folder: Path) -> Iterator[tuple[str, int, Callable[[Tensors], Tensors]]]:
    mixtures = {
        **{name: [name] for name in gguf_blocks.ALL_TYPES},
        "Q4_K_M": ["Q4_K", "Q4_K", "Q6_K", "Q5_K", "Q8_0"],
        "Q3_K_S": ["Q3_K", "Q3_K", "Q3_K", "Q4_K", "F16"],
        "UD": ["Q2_K", "Q3_K", "BF16", "Q5_K", "Q8_0", "Q6_K"],
    }
    for name, kinds in mixtures.items():
        path = folder / f"{name}.gguf"
        yield path.name, 2, lambda tensors, path=path, kinds=kinds: write_gguf(path, tensors, cycle(kinds), mark=True)
    float8: dict[str, tuple[Float8, torch.dtype]] = {
        "fp8-e4m3fn": (plain_float8, torch.float8_e4m3fn),
        "fp8-e5m2": (plain_float8, torch.float8_e5m2),
        "fp8-scale-weight": (scale_weight, torch.float8_e4m3fn),
        "fp8-comfy-quant": (comfy_quant, torch.float8_e4m3fn),
        "bf16": (bfloat16, torch.bfloat16),
    }
    for name, (make, dtype) in float8.items():
        path = folder / f"{name}.safetensors"
        yield path.name, 2, lambda tensors, path=path, make=make, dtype=dtype: write_safetensors(path, tensors, make, dtype)


def write_blocks(folder: Path) -> None:
    """A small file a type, with what gguf-py reads from it: an odd number of rows, a block of zeros, and one whose scale is 0 and whose minimum isn't."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.Generator(np.random.Philox(14))
    expected: Tensors = {}
    for name in gguf_blocks.ALL_TYPES:
        values = _degenerate(generator.standard_normal((5, 512)).astype(np.float32) * 0.1)
        values[1, 256:] = 0
        data = gguf_blocks.quantize(values, name)
        writer = GGUFWriter(str(folder / f"{name}.gguf"), "qwen_image")
        writer.add_tensor("weight", data, raw_dtype=GGMLQuantizationType[name])
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        held = gguf_blocks.dequantize(data, name).astype(np.float32).reshape(values.shape)
        spread = float(np.abs(held - values).max())
        if not spread < 0.35:
            raise RuntimeError(f"{name} is {spread} away from what was rounded")
        expected[name] = torch.from_numpy(held)
    write_tensors(folder / "expected.safetensors", expected)


def write_all(folder: Path, checkpoint_folder: Path, files: Iterator[tuple[str, int, Callable[[Tensors], Tensors]]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    described = []
    for name, layers, write in files:
        model, tensors = transformer(layers)
        held = write(tensors)
        pipeline, _ = repaired.load(with_transformer(checkpoint_folder, model))
        whole = [pictures.run(pipeline, case) for case in CASES]
        pipeline.transformer.load_state_dict(held)
        without = [pictures.run(pipeline, case) for case in CASES]
        described += [
            describe(folder, name, case, outcome, {"whole weights": psnr(outcome.pixels, before.pixels)})
            for case, outcome, before in zip(CASES, without, whole, strict=True)
        ]
        layered = folder / "loras" / f"{layers}-layers"
        loras.write_lora(f"{WEIGHT_FILES.name}/{layers}", pipeline, loras.EVERY_LAYER, layered)
        loras.use_lora(pipeline, loras.EVERY_LAYER, LORA_STRENGTH)
        used = {
            "lora": {"name": loras.EVERY_LAYER.name, "scale": LORA_STRENGTH},
            "lora_folder": f"loras/{layers}-layers",
        }
        for case, before in zip(CASES, without, strict=True):
            outcome = pictures.run(pipeline, case)
            counter = {"without": psnr(outcome.pixels, before.pixels)}
            described.append(describe(folder, name, replace(case, name=f"{case.name}-lora"), outcome, counter) | used)
    write_json(folder / "manifest.json", described)


def describe(folder: Path, file: str, case: pictures.Case, outcome: pictures.Outcome, counter: dict[str, float]) -> dict[str, Any]:
    """Writes a picture and tells of it."""
    expected = f"{file}.{case.name}.png"
    pictures.Image.fromarray(outcome.pixels).save(folder / expected, optimize=True)
    print(f"{file} {case.name}: dB from others {counter}", flush=True)
    return {
        "file": file,
        "name": case.name,
        "pictures": [f"{picture}.png" for picture in case.pictures],
        "prompt": case.prompt,
        "negative_prompt": case.negative_prompt,
        "true_cfg_scale": case.true_cfg_scale,
        "size": list(case.size),
        "num_inference_steps": case.steps,
        "seed": case.seed,
        "expected": expected,
        "counter_psnr": counter,
    }


def with_transformer(checkpoint_folder: Path, model: QwenImageTransformer2DModel) -> Path:
    folder = checkpoint_folder.parent / "reference"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(checkpoint_folder, folder)
    model.save_pretrained(folder / "transformer")
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", type=Path, metavar="FOLDER")
    folder = parser.parse_args().all
    quiet()
    diffusers.utils.logging.set_verbosity_error()
    checkpoint_folder = FIXTURES / "checkpoint"
    if folder is None:
        shutil.rmtree(FIXTURES, ignore_errors=True)
        checkpoint.build(WEIGHT_FILES, checkpoint_folder)
        shutil.rmtree(checkpoint_folder / "transformer")
        write_blocks(FIXTURES / "blocks")
        write_all(FIXTURES, checkpoint_folder, committed(FIXTURES))
        shutil.rmtree(FIXTURES / "reference")
        return
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(checkpoint_folder, folder / "checkpoint")
    write_all(folder, folder / "checkpoint", every_type(folder))


if __name__ == "__main__":
    main()
