"""Random weights that are loud: every path through the networks moves the picture.

Each tensor is drawn from its own stream, seeded by the checkpoint's and the tensor's name, so that adding or removing a tensor
changes no other.
"""

import zlib

import numpy as np
import torch

# What a weight's standard deviation is multiplied by, over 1/sqrt(fan in); the first part found in the name counts.
_GAINS = [
    ("vae:encoder.conv_out", 2.0),
    ("vae:decoder.conv_out", 0.6),
    ("vae:time_conv", 1.0),
    ("vae:", 1.3),
    ("transformer:_mod.1", 1.6),
    ("transformer:norm_out.linear", 1.0),
    ("transformer:timestep_embedder", 1.6),
    ("transformer:proj_out", 1.2),
    ("transformer:add_v_proj", 1.8),
    ("transformer:to_out", 1.6),
    ("transformer:", 1.1),
    ("text_encoder:q_proj", 1.6),
    ("text_encoder:k_proj", 1.6),
    ("text_encoder:attn.qkv", 1.6),
    ("text_encoder:patch_embed", 1.5),
    ("text_encoder:", 1.2),
]


def stream(seed_name: str) -> np.random.Generator:
    """Random numbers that are this name's alone."""
    return np.random.Generator(np.random.Philox(zlib.crc32(seed_name.encode())))


def _gain(qualified: str) -> float:
    part, name = qualified.split(":", 1)
    for pattern, gain in _GAINS:
        pattern_part, fragment = pattern.split(":", 1)
        if part == pattern_part and fragment in name:
            return gain
    raise KeyError(qualified)


def _fan_in(shape: tuple[int, ...], name: str) -> int:
    if "patch_embed" in name:  # a still picture fills both frames of the kernel
        return int(np.prod(shape[1:]))
    if len(shape) == 5:  # one frame meets only the last temporal slice of a causal kernel
        return shape[1] * shape[3] * shape[4]
    return int(np.prod(shape[1:]))


def _values(checkpoint: str, part: str, name: str, shape: tuple[int, ...]) -> np.ndarray:
    normal = stream(f"{checkpoint}/{part}/{name}").standard_normal(shape)
    is_norm = "norm" in name and "linear" not in name or name.endswith("gamma") or "ln_q" in name
    if is_norm:
        # Sharp joint attention, or a prompt's few words drown among thousands of picture tokens.
        sharpness = 1.7 if part == "transformer" and ".attn.norm_" in name else 1.0
        return sharpness * (1.0 + 0.35 * np.clip(normal, -2.0, 2.0))
    if name.endswith("bias"):
        return (0.6 if "_mod.1" in name else 0.25) * normal
    if "embed_tokens" in name or "lm_head" in name:
        return normal
    return normal * _gain(f"{part}:{name}") / np.sqrt(_fan_in(shape, name))


def fill(module: torch.nn.Module, checkpoint: str, part: str) -> None:
    """Overwrites every parameter of a module; `part` is the checkpoint's subfolder."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            values = _values(checkpoint, part, name, tuple(parameter.shape))
            parameter.copy_(torch.from_numpy(values.astype(np.float32)))


def vector(checkpoint: str, name: str, size: int, low: float, high: float) -> list[float]:
    """Uniform numbers with four decimals, for latents_mean and latents_std."""
    return [round(float(value), 4) for value in stream(f"{checkpoint}/{name}").uniform(low, high, size)]
