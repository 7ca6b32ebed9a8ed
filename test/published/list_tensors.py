"""Writes tensors.json: every tensor of the published checkpoint with its shape, from the reference's own classes.

Needs torch, diffusers and transformers; the classes are built on the meta device, so no memory goes to weights.
"""

import inspect
import json
import re
from pathlib import Path

import torch
from diffusers import AutoencoderKLQwenImage, QwenImageTransformer2DModel
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

HERE = Path(__file__).parent


def read(name: str) -> dict:
    return json.loads((HERE / name).read_text())


def build(cls, name: str):
    """A diffusers class from its config, without the keys that it no longer takes."""
    known = inspect.signature(cls.__init__).parameters
    return cls(**{key: value for key, value in read(name).items() if key in known})


def published_name(name: str) -> str:
    """transformers 5 renamed the text encoder's modules; the published files have the names of transformers 4."""
    return name.replace("model.visual.", "visual.").replace("model.language_model.", "model.")


def fold(shapes: dict[str, list[int]]) -> list[list]:
    """Joins the same tensor of consecutive layers into one entry, at the place of the first layer's."""
    entries: dict[tuple, list[int]] = {}
    for name, shape in shapes.items():
        match = re.match(r"(transformer_blocks|visual\.blocks|model\.layers)\.(\d+)\.(.+)", name)
        key = (f"{match[1]}.#.{match[3]}" if match else name, tuple(shape))
        entries.setdefault(key, []).append(int(match[2]) if match else -1)
    folded = []
    for (name, shape), layers in entries.items():
        assert layers in ([-1], list(range(len(layers)))), name
        folded.append([name.replace("#", f"{{0..{len(layers) - 1}}}"), list(shape)])
    return folded


def main() -> None:
    with torch.device("meta"):
        components = {
            "transformer": build(QwenImageTransformer2DModel, "transformer.config.json"),
            "text_encoder": Qwen2_5_VLForConditionalGeneration(Qwen2_5_VLConfig(**read("text_encoder.config.json"))),
            "vae": build(AutoencoderKLQwenImage, "vae.config.json"),
        }
    lines = []
    for component, model in components.items():
        shapes = {published_name(name): list(tensor.shape) for name, tensor in model.state_dict().items()}
        print(component, len(shapes), "tensors,", sum(torch.Size(s).numel() for s in shapes.values()), "values")
        rows = ",\n".join("    " + json.dumps(entry) for entry in fold(shapes))
        lines.append(f'  "{component}": [\n{rows}\n  ]')
    (HERE / "tensors.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
