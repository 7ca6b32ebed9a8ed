"""Writes test/goldens/: results of torch, torchvision, transformers, diffusers and Pillow that the TypeScript code must meet."""

import base64
import hashlib
import json
from pathlib import Path

import numpy as np
import torch

import colours
import decoding
import tokenization
from PIL import Image

torch.set_num_threads(1)
GOLDENS = Path(__file__).parent.parent.parent / "goldens"


def write(name: str, value) -> None:
    (GOLDENS / name).write_text(json.dumps(value, ensure_ascii=True, separators=(",", ":")) + "\n")


def floats(values) -> str:
    return base64.b64encode(np.ascontiguousarray(values, dtype="<f4").tobytes()).decode()


def sha256(values: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()


def synthetic_pixels(width: int, height: int) -> np.ndarray:
    """Deterministic pixels with smooth parts, edges and noise, uint8 [height, width, 3]; syntheticPixels in the tests does the same."""
    index = np.arange(width * height * 3, dtype=np.int64)
    noise = (index * index * 31 + index * 17) // 8 % 256
    x = index // 3 % width
    y = index // 3 // width
    edges = np.where((x // 5 + y // 7) % 2 == 0, 255, 0)
    return np.where(index // 64 % 3 == 0, edges, noise).astype(np.uint8).reshape(height, width, 3)


def randn() -> list:
    cases = []
    for seed in (0, 1, 42, 2**31, 2**32 - 1):
        for count in (1, 2, 3, 15, 16, 17, 31, 32, 100, 4101, 65536):
            values = torch.randn(count, generator=torch.Generator("cpu").manual_seed(seed))
            cases.append({"seed": seed, "count": count, "head": floats(values[:20]), "tail": floats(values[-20:])})
    return cases


def schedules() -> list:
    from diffusers import FlowMatchEulerDiscreteScheduler
    from diffusers.pipelines.qwenimage.pipeline_qwenimage_edit import calculate_shift

    base = {"num_train_timesteps": 1000, "shift": 1.0, "use_dynamic_shifting": True, "base_shift": 0.5, "max_shift": 0.9}
    base |= {"base_image_seq_len": 256, "max_image_seq_len": 8192, "shift_terminal": 0.02, "time_shift_type": "exponential"}
    configs = [
        base,
        base | {"base_shift": 1.0986122886681098, "max_shift": 1.0986122886681098, "shift_terminal": None},
        base | {"time_shift_type": "linear", "max_image_seq_len": 4096, "max_shift": 1.15},
        base | {"use_dynamic_shifting": False, "shift": 3.0, "shift_terminal": None},
        base | {"use_dynamic_shifting": False, "shift": 1.7, "shift_terminal": 0.1},
    ]
    cases = []
    for config in configs:
        for steps in (1, 2, 3, 4, 8, 20, 50, 150):
            for tokens in (1, 256, 1024, 4096, 6889) if steps in (1, 4, 50) else (4096,):
                # With one step the stretch divides zero by zero in diffusers; the service leaves it out.
                usable = config | {"shift_terminal": None} if steps == 1 else config
                scheduler = FlowMatchEulerDiscreteScheduler(**usable)
                get = scheduler.config.get
                mu = calculate_shift(
                    tokens, get("base_image_seq_len"), get("max_image_seq_len"), get("base_shift"), get("max_shift")
                )
                scheduler.set_timesteps(sigmas=np.linspace(1.0, 1 / steps, steps), mu=mu)
                timesteps = scheduler.timesteps.to(torch.float32) / 1000
                cases.append(
                    {"config": config, "steps": steps, "tokens": tokens, "sigmas": floats(scheduler.sigmas), "timesteps": floats(timesteps)}
                )
    return cases


RESIZES = [(64, 48, 32, 32), (33, 57, 64, 96), (100, 75, 100, 30), (100, 75, 31, 75), (1, 1, 32, 32), (7, 300, 28, 28), (320, 213, 112, 80)]
RESIZES += [(80, 60, 301, 224), (1000, 37, 28, 56), (50, 50, 50, 50), (300, 200, 28, 196), (100, 251, 50, 50), (100, 250, 50, 150), (128, 128, 126, 132)]


def resizes() -> list:
    from torchvision.transforms import InterpolationMode
    from torchvision.transforms.v2 import functional

    cases = []
    for width, height, to_width, to_height in RESIZES:
        pixels = synthetic_pixels(width, height)
        lanczos = np.asarray(Image.fromarray(pixels).resize((to_width, to_height), Image.Resampling.LANCZOS))
        tensor = torch.from_numpy(pixels).permute(2, 0, 1).contiguous()[None]
        bicubic = functional.resize(tensor, [to_height, to_width], interpolation=InterpolationMode.BICUBIC, antialias=True)
        unit = pixels.astype(np.float32) / 255
        planes = [np.asarray(Image.fromarray(unit[:, :, c]).resize((to_width, to_height), Image.Resampling.LANCZOS)) for c in range(3)]
        cases.append(
            {
                "from": [width, height],
                "to": [to_width, to_height],
                "lanczos": sha256(lanczos),
                "bicubic": sha256(bicubic[0].permute(1, 2, 0).numpy()),
                "planes": floats(np.stack(planes).reshape(-1)[:: max(1, to_width * to_height // 200)]),
            }
        )
    return cases


def sizes() -> dict:
    from diffusers.pipelines.qwenimage.pipeline_qwenimage_edit import calculate_dimensions
    from transformers.models.qwen2_vl.image_processing_qwen2_vl import smart_resize

    inputs = [(1, 1), (640, 480), (480, 640), (4000, 3000), (1024, 1024), (1000, 100), (100, 1000), (1920, 1080), (37, 41), (333, 1000), (48, 32)]
    condition = [
        {"area": area, "from": size, "to": calculate_dimensions(area, size[0] / size[1])[:2]}
        for area in (1024 * 1024, 65536, 16384, 640 * 640)
        for size in inputs
    ]
    smart = []
    for size in [(1024, 1024), (1184, 896), (896, 1184), (3328, 320), (64, 64), (32, 96), (42, 70), (14, 14), (98, 126), (2000, 1500)]:
        for factor, low, high in ((28, 3136, 12845056), (28, 56 * 56, 28 * 28 * 1280), (8, 3136, 20000)):
            height, width = smart_resize(size[1], size[0], factor, low, high)
            smart.append({"from": size, "factor": factor, "min": low, "max": high, "to": [width, height]})
    return {"condition": condition, "smart": smart}


def patches() -> list:
    from transformers import Qwen2VLImageProcessor

    cases = []
    published = {"image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}
    shape = {"patch_size": 14, "temporal_patch_size": 2, "merge_size": 2, "rescale_factor": 0.00392156862745098}
    for width, height, low, high, changes in [
        (96, 64, 3136, 12845056, {}),
        (64, 160, 3136, 12845056, {}),
        (320, 320, 3136, 40000, {}),
        (32, 32, 20000, 12845056, {}),
        (112, 84, 3136, 12845056, {}),
        (97, 61, 100, 12845056, {"patch_size": 6, "merge_size": 3, "temporal_patch_size": 1, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}),
    ]:
        config = published | shape | changes
        processor = Qwen2VLImageProcessor(size={"shortest_edge": low, "longest_edge": high}, **config)
        made = processor(images=Image.fromarray(synthetic_pixels(width, height)), return_tensors="pt")
        cases.append(
            {
                "size": [width, height],
                "config": config | {"min_pixels": low, "max_pixels": high},
                "grid": made["image_grid_thw"][0, 1:].tolist(),
                "pixelValues": sha256(made["pixel_values"].numpy()),
                "head": floats(made["pixel_values"][0, :4]),
            }
        )
    return cases


def mrope() -> list:
    from transformers import Qwen2_5_VLConfig
    from transformers.models.qwen2_5_vl.modeling_qwen2_5_vl import Qwen2_5_VLModel, Qwen2_5_VLRotaryEmbedding

    cases = []
    for head_dim, section, theta, grid, before, behind in [
        (128, [16, 24, 24], 1000000.0, (8, 12), 30, 9),
        (128, [16, 24, 24], 1000000.0, (12, 4), 66, 300),
        (16, [2, 3, 3], 10000.0, (2, 2), 0, 5),
        (24, [4, 2, 6], 500000.0, (6, 6), 3, 0),
    ]:
        text = {"hidden_size": head_dim * 2, "num_attention_heads": 2, "num_key_value_heads": 1, "intermediate_size": 8, "num_hidden_layers": 1}
        text |= {"vocab_size": 100, "rope_parameters": {"rope_type": "default", "mrope_section": section, "rope_theta": theta}}
        vision = {"depth": 1, "hidden_size": 16, "num_heads": 2, "intermediate_size": 8, "out_hidden_size": head_dim * 2}
        config = Qwen2_5_VLConfig(text_config=text, vision_config=vision)
        model = Qwen2_5_VLModel._from_config(config)
        tokens = grid[0] * grid[1] // 4
        ids = torch.tensor([[1] * before + [7] * tokens + [2] * behind])
        positions, _ = model.get_rope_index(ids, (ids == 7).int(), image_grid_thw=torch.tensor([[1, *grid]]))
        cos, sin = Qwen2_5_VLRotaryEmbedding(config.text_config)(torch.zeros(1), positions)
        half = head_dim // 2
        last = slice(-6, None)
        cases.append(
            {
                "headDim": head_dim,
                "section": section,
                "theta": theta,
                "grid": grid,
                "before": before,
                "behind": behind,
                "positions": positions[:, 0].tolist(),
                "lastCos": floats(cos[0, last, :half]),
                "lastSin": floats(sin[0, last, :half]),
            }
        )
    return cases


def mrope_of_several() -> list:
    """Positions of prompts with several pictures; texts[i] ordinary tokens stand before picture i, the last behind all of them."""
    from transformers import Qwen2_5_VLConfig
    from transformers.models.qwen2_5_vl.modeling_qwen2_5_vl import Qwen2_5_VLModel

    text = {"hidden_size": 32, "num_attention_heads": 2, "num_key_value_heads": 1, "intermediate_size": 8, "num_hidden_layers": 1, "vocab_size": 100}
    text |= {"rope_parameters": {"rope_type": "default", "mrope_section": [2, 3, 3], "rope_theta": 1e6}}
    vision = {"depth": 1, "hidden_size": 16, "num_heads": 2, "intermediate_size": 8, "out_hidden_size": 32}
    model = Qwen2_5_VLModel._from_config(Qwen2_5_VLConfig(text_config=text, vision_config=vision))
    cases = []
    for texts, grids in [
        ([5, 3, 4], [(4, 6), (8, 2)]),
        ([0, 1, 0], [(2, 2), (2, 10)]),
        ([7, 2, 2, 2, 9], [(4, 4), (2, 6), (6, 2), (4, 8)]),
    ]:
        ids = [1] * texts[0]
        for count, (height, width) in zip(texts[1:], grids):
            ids += [7] * (height * width // 4) + [2] * count
        ids = torch.tensor([ids])
        grid_thw = torch.tensor([[1, *grid] for grid in grids])
        positions, _ = model.get_rope_index(ids, (ids == 7).int(), image_grid_thw=grid_thw)
        cases.append({"grids": grids, "ids": ids[0].tolist(), "positions": positions[:, 0].tolist()})
    return cases


def rope_of_several() -> list:
    """The joint sequence's rotary tables for a target and references, grids in tokens, the target's first."""
    from diffusers.models.transformers.transformer_qwenimage import QwenEmbedRope

    cases = []
    for text_tokens, grids in [(3, [(4, 6), (3, 5)]), (2, [(2, 2), (5, 3), (4, 7)])]:
        rope = QwenEmbedRope(theta=10000, axes_dim=[4, 6, 6], scale_rope=True)
        image, text = rope([[(1, *grid) for grid in grids]], max_txt_seq_len=text_tokens, device=torch.device("cpu"))
        joint = torch.cat([text, image])
        cases.append({"textTokens": text_tokens, "grids": grids, "cos": floats(joint.real), "sin": floats(joint.imag)})
    return cases


def check_tensor_file() -> None:
    expected = (torch.arange(3 * 5 * 7, dtype=torch.float32) / 105).reshape(3, 5, 7)
    for mmap in (False, True):
        loaded = torch.load(GOLDENS / "tensor.pt", weights_only=True, mmap=mmap)
        assert loaded.dtype == torch.float32 and loaded.is_contiguous() and torch.equal(loaded, expected)


if __name__ == "__main__":
    write("randn.json", randn())
    write("schedules.json", schedules())
    write("resizes.json", resizes())
    write("sizes.json", sizes())
    write("patches.json", patches())
    write("mrope.json", mrope())
    write("mrope-several.json", mrope_of_several())
    write("rope-several.json", rope_of_several())
    write("tokenization.json", tokenization.goldens())
    write("pictures.json", decoding.goldens(GOLDENS / "pictures"))
    write("colours.json", colours.goldens(GOLDENS / "colours"))
    check_tensor_file()
