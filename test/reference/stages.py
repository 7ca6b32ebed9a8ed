"""The goldens of one checkpoint's stages: what goes into each network and what diffusers and transformers make of it."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from transformers.image_utils import PILImageResampling, SizeDict

import inputs
from files import write_json, write_tensors
from repaired import Pipeline, PositionProbe, condition_size
from specs import Spec

# (name, pictures, prompt): grids of several shapes, and text of several kinds.
TextCase = tuple[str, tuple[str, ...], str]
TEXT_CASES: list[TextCase] = [
    ("square-english", ("square",), "english"),
    ("wide-chinese", ("wide",), "chinese"),
    ("tall-emoji", ("tall",), "emoji"),
    ("large-spaces", ("large",), "spaces"),
    ("strip-english", ("strip",), "english"),
    ("square-long", ("square",), "long"),
]
PLUS_TEXT_CASES: list[TextCase] = [
    ("one-english", ("square",), "english"),
    ("two-chinese", ("wide", "tall"), "chinese"),
    ("three-emoji", ("large", "small", "strip"), "emoji"),
    ("twice-the-same", ("tall", "tall"), "other"),
]
PATCH_CASES = ("square-english", "tall-emoji")
"""The cases that keep some of the vision tower's patches: 1176 values each, so few."""

# (name, target rows and columns, each reference's, sigma, text case), counted in tokens: even and odd, either one larger.
Grid = tuple[int, int]
DenoiserCase = tuple[str, Grid, tuple[Grid, ...], float, str]
DENOISER_CASES: list[DenoiserCase] = [
    ("even", (4, 4), ((4, 4),), 1.0, "square-english"),
    ("odd", (3, 5), ((5, 3),), 0.73, "wide-chinese"),
    ("target-larger", (7, 2), ((1, 4),), 0.02, "tall-emoji"),
    ("reference-larger", (1, 1), ((2, 9),), 0.5, "square-english"),
]
PLUS_DENOISER_CASES: list[DenoiserCase] = [
    ("one", (4, 4), ((4, 4),), 1.0, "one-english"),
    ("two", (3, 5), ((5, 3), (2, 7)), 0.73, "two-chinese"),
    ("three", (2, 2), ((1, 4), (9, 1), (3, 3)), 0.02, "three-emoji"),
]

# (name, width and height in tokens of the packed latents)
VAE_CASES = [("square", (2, 2)), ("wide", (3, 1)), ("tall", (1, 3)), ("odd", (3, 2))]


def write_stages(spec: Spec, pipeline: Pipeline, probe: PositionProbe, folder: Path) -> dict[str, Any]:
    """Writes every stage's goldens into `folder` and returns what the manifest says of them."""
    cases = [] if spec.service is None else PLUS_TEXT_CASES if spec.is_plus else TEXT_CASES
    _write_tokenization(pipeline, folder / "tokenization.json")
    text, embeddings = _text_cases(spec, pipeline, probe, folder, cases)
    return {
        "text": text,
        "denoiser": _denoiser_cases(spec, pipeline, folder, embeddings) if embeddings else [],
        "vae": _vae_cases(spec, pipeline, folder) if embeddings else [],
    }


def _write_tokenization(pipeline: Pipeline, path: Path) -> None:
    tokenizer = pipeline.processor.tokenizer
    write_json(path, [{"text": text, "ids": tokenizer(text)["input_ids"]} for text in inputs.TOKENIZER_TEXTS])


def _vision_resize(pipeline: Pipeline, condition: Image.Image) -> torch.Tensor:
    """The vision tower's 8-bit picture [height, width, 3], as the image processor makes it before normalising."""
    processor = pipeline.processor.image_processor
    pixels = torch.from_numpy(np.array(condition)).permute(2, 0, 1)[None]
    size = SizeDict(shortest_edge=processor.size["shortest_edge"], longest_edge=processor.size["longest_edge"])
    resized = processor.resize(pixels, size, PILImageResampling.BICUBIC, factor=processor.patch_size * processor.merge_size)
    return resized[0].permute(1, 2, 0)


def _shown(spec: Spec, count: int) -> str:
    """What the template has before the prompt for so many pictures."""
    if not spec.is_plus:
        return ""
    return "".join(f"Picture {number}: <|vision_start|><|image_pad|><|vision_end|>" for number in range(1, count + 1))


def _text_cases(
    spec: Spec, pipeline: Pipeline, probe: PositionProbe, folder: Path, cases: list[TextCase]
) -> tuple[list[dict[str, Any]], dict[str, torch.Tensor]]:
    described: list[dict[str, Any]] = []
    embeddings: dict[str, torch.Tensor] = {}
    tensors: dict[str, torch.Tensor] = {}
    for name, pictures, prompt in cases:
        originals = [inputs.picture(picture) for picture in pictures]
        sizes = [condition_size(spec.condition_areas[0], *original.size) for original in originals]
        conditions = [
            pipeline.image_processor.resize(original, height, width) for original, (width, height) in zip(originals, sizes, strict=True)
        ]
        text = pipeline.prompt_template_encode.format(_shown(spec, len(pictures)) + inputs.PROMPTS[prompt])
        encoded = pipeline.processor(text=[text], images=conditions, padding=True, return_tensors="pt")
        grids = encoded["image_grid_thw"]
        with torch.no_grad():
            features = pipeline.text_encoder.model.get_image_features(encoded["pixel_values"], grids).pooler_output
            calls = probe.calls
            shown = conditions if spec.is_plus else conditions[0]
            embedding, mask = pipeline._get_qwen_prompt_embeds([inputs.PROMPTS[prompt]], shown)
        if probe.calls != calls + 1 or probe.positions is None or not bool(mask.all()):
            raise RuntimeError("the text encoder did not use its three-dimensional positions")
        positions = probe.positions[:, 0]
        if bool((positions[0] == positions[2]).all()):
            raise RuntimeError("the positions are one-dimensional")
        resized = [_vision_resize(pipeline, condition) for condition in conditions]
        for picture, condition, seen in zip(pictures, conditions, resized, strict=True):
            _save_png(folder / "text" / f"{picture}.condition.png", np.array(condition))
            _save_png(folder / "text" / f"{picture}.vision.png", seen.numpy())
        if name in PATCH_CASES:
            values = encoded["pixel_values"]
            rows = torch.tensor([1, len(values) // 2 + 2, len(values) - 1])
            tensors |= {f"{name}.patch_rows": rows, f"{name}.patch_values": values[rows]}
        tensors |= {
            f"{name}.vision": torch.cat(list(features)),
            f"{name}.input_ids": encoded["input_ids"][0],
            f"{name}.positions": positions,
            f"{name}.prompt_embeddings": embedding[0],
        }
        embeddings[name] = embedding
        described.append(
            {
                "name": name,
                "pictures": [f"{picture}.png" for picture in pictures],
                "condition_pictures": [f"text/{picture}.condition.png" for picture in pictures],
                "vision_pictures": [f"text/{picture}.vision.png" for picture in pictures],
                "prompt": inputs.PROMPTS[prompt],
                "condition_sizes": [list(size) for size in sizes],
                "vision_sizes": [[seen.shape[1], seen.shape[0]] for seen in resized],
                "grids": [[int(side) for side in grid] for grid in grids],
                "tokens": int(encoded["input_ids"].shape[1]),
            }
        )
    if tensors:
        write_tensors(folder / "text.safetensors", tensors)
    return described, embeddings


def _save_png(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, optimize=True)


def _denoiser_cases(
    spec: Spec, pipeline: Pipeline, folder: Path, embeddings: dict[str, torch.Tensor]
) -> list[dict[str, Any]]:
    transformer = pipeline.transformer
    tensors: dict[str, torch.Tensor] = {}
    described: list[dict[str, Any]] = []
    recorded: dict[str, torch.Tensor] = {}

    def record(key: str):
        return lambda _module, _arguments, output: recorded.update({key: output.detach()[0]})

    def record_reference(key: str):
        # With zero_cond_t a second row is timestep 0's, for the references.
        return lambda _module, _arguments, output: recorded.update({key: output.detach()[1]}) if len(output) > 1 else None

    hooks = [
        transformer.time_text_embed.register_forward_hook(record("time_embedding")),
        transformer.txt_in.register_forward_hook(record("projected_text")),
        transformer.norm_out.linear.register_forward_hook(record("modulation.norm_out")),
    ]
    for index, block in enumerate(transformer.transformer_blocks):
        hooks.append(block.img_mod.register_forward_hook(record(f"modulation.{index}.image")))
        hooks.append(block.img_mod.register_forward_hook(record_reference(f"modulation.{index}.reference")))
        hooks.append(block.txt_mod.register_forward_hook(record(f"modulation.{index}.text")))
    cases = PLUS_DENOISER_CASES if spec.is_plus else DENOISER_CASES
    for number, (name, target, references, sigma, text_case) in enumerate(cases):
        generator = torch.Generator().manual_seed(100 + number)
        tokens = sum(rows * columns for rows, columns in (target, *references))
        latents = torch.randn(1, tokens, 4 * spec.vae.z_dim, generator=generator)
        recorded.clear()
        with torch.no_grad():
            output = transformer(
                hidden_states=latents,
                encoder_hidden_states=embeddings[text_case],
                timestep=torch.tensor([sigma]),
                img_shapes=[[(1, *target), *((1, *reference) for reference in references)]],
                return_dict=False,
            )[0]
        tensors[f"{name}.latents"] = latents[0]
        tensors[f"{name}.output"] = output[0]
        tensors |= {f"{name}.{key}": value for key, value in recorded.items()}
        described.append(
            {
                "name": name,
                "target_tokens": list(target),
                "reference_tokens": [list(reference) for reference in references],
                "sigma": sigma,
                "text_case": text_case,
            }
        )
    for hook in hooks:
        hook.remove()
    write_tensors(folder / "denoiser.safetensors", tensors)
    return described


def _vae_cases(spec: Spec, pipeline: Pipeline, folder: Path) -> list[dict[str, Any]]:
    vae = pipeline.vae
    unit = 2 * spec.vae.scale_factor
    mean = torch.tensor(vae.config.latents_mean).view(1, -1, 1, 1, 1)
    std = torch.tensor(vae.config.latents_std).view(1, -1, 1, 1, 1)
    tensors: dict[str, torch.Tensor] = {}
    described: list[dict[str, Any]] = []
    for number, (name, (columns, rows)) in enumerate(VAE_CASES):
        size = (columns * unit, rows * unit)
        pixels = inputs.picture("large").resize(size, Image.Resampling.BOX)
        image = pipeline.image_processor.preprocess(pixels, size[1], size[0]).unsqueeze(2)
        generator = torch.Generator().manual_seed(200 + number)
        normal = torch.randn(1, spec.vae.z_dim, 1, 2 * rows, 2 * columns, generator=generator)
        with torch.no_grad():
            mode = vae.encode(image).latent_dist.mode()
            decoded = vae.decode(normal / (1.0 / std) + mean, return_dict=False)[0]
        _save_png(folder / "vae" / f"{name}.png", np.array(pixels))
        tensors |= {
            f"{name}.mode": mode[0, :, 0],
            f"{name}.normalised": pipeline._encode_vae_image(image, generator).detach()[0, :, 0],
            f"{name}.latents": normal[0, :, 0],
            f"{name}.decoded": decoded[0, :, 0],
        }
        described.append({"name": name, "picture": f"vae/{name}.png", "size": list(size)})
    write_tensors(folder / "vae.safetensors", tensors)
    return described
