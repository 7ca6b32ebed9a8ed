"""The published layout: one folder that diffusers and the service open."""

import json
import math
import shutil
from pathlib import Path

import torch
from diffusers import AutoencoderKLQwenImage, FlowMatchEulerDiscreteScheduler

from . import settings
from .phrases import SUGGESTIONS
from .text import tie_head
from .token_basis import UNIT
from .vae import FlatVae, to_published

# What the service tells those who use the miniature; see service.json in its README.
NOTICE = {
    "en": "This is a small demonstration model: it knows 21 edits and makes pictures of about 256×256 pixels. "
    "To serve the real one, download Qwen/Qwen-Image-Edit and set QWEN_MODEL_DIR to its folder.",
    "zh": "这是一个小型演示模型：只会 21 种编辑，图片约为 256×256 像素。"
    "要使用真正的模型，请下载 Qwen/Qwen-Image-Edit，并把 QWEN_MODEL_DIR 设为它所在的文件夹。",
}

# Edits that the page shows while it is empty: their pictures, which the miniature itself has made of cat.jpg, lie in models/mini/examples.
EXAMPLES = [
    {"prompt": {"en": en, "zh": zh}, "before": "examples/cat.jpg", "after": f"examples/{name}.webp"}
    for en, zh, name in [
        ("make it black and white", "把图片变成黑白", "black-and-white"),
        ("invert the colors", "反转颜色", "inverted"),
        ("pixelate it", "打马赛克", "pixelated"),
    ]
]


def make_scheduler() -> FlowMatchEulerDiscreteScheduler:
    shift = math.log(settings.SHIFT)
    return FlowMatchEulerDiscreteScheduler(
        base_image_seq_len=256, base_shift=shift, max_image_seq_len=8192, max_shift=shift, num_train_timesteps=1000, shift=1.0,
        shift_terminal=None, time_shift_type="exponential", use_dynamic_shifting=True,
    )


def make_published_vae(flat: FlatVae) -> AutoencoderKLQwenImage:
    vae = AutoencoderKLQwenImage(**settings.VAE, latents_mean=[0.0] * flat.z, latents_std=[UNIT] * flat.z)
    vae.load_state_dict(to_published(flat.state_dict(), vae.state_dict()))
    return vae.eval()


def export(folder: Path, transformer, text_encoder, vae: AutoencoderKLQwenImage, processor, tokenizer_folder: Path) -> None:
    """Writes (or replaces) the checkpoint; weights in bfloat16, the given modules stay as they are. README.md is left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    tie_head(text_encoder)
    for name in ("transformer", "text_encoder", "vae", "scheduler", "tokenizer", "processor"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name, module in (("transformer", transformer), ("text_encoder", text_encoder), ("vae", vae)):
        kept = {n: p.detach().clone() for n, p in module.named_parameters()}
        module.bfloat16().save_pretrained(folder / name, safe_serialization=True)
        module.float()
        with torch.no_grad():
            for n, p in module.named_parameters():
                p.copy_(kept[n])
    make_scheduler().save_pretrained(folder / "scheduler")
    shutil.copytree(tokenizer_folder, folder / "tokenizer")
    shutil.copytree(tokenizer_folder, folder / "processor")
    template = json.dumps(
        dict(
            do_convert_rgb=True, do_normalize=True, do_rescale=True, do_resize=True, image_mean=processor.image_processor.image_mean,
            image_processor_type="Qwen2VLImageProcessor", image_std=processor.image_processor.image_std,
            max_pixels=settings.VISION_MAX_PIXELS, merge_size=2, min_pixels=settings.VISION_MIN_PIXELS, patch_size=14,
            processor_class="Qwen2_5_VLProcessor", resample=3, rescale_factor=1 / 255,
            size=dict(longest_edge=settings.VISION_MAX_PIXELS, shortest_edge=settings.VISION_MIN_PIXELS), temporal_patch_size=2,
        ),
        indent=2,
    )
    (folder / "processor" / "preprocessor_config.json").write_text(template + "\n")
    index = dict(
        _class_name="QwenImageEditPipeline", _diffusers_version="0.42.1",
        processor=["transformers", "Qwen2VLProcessor"], scheduler=["diffusers", "FlowMatchEulerDiscreteScheduler"],
        text_encoder=["transformers", "Qwen2_5_VLForConditionalGeneration"], tokenizer=["transformers", "Qwen2Tokenizer"],
        transformer=["diffusers", "QwenImageTransformer2DModel"], vae=["diffusers", "AutoencoderKLQwenImage"],
    )
    (folder / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")
    service = dict(
        # A target of another size than the reference finds its places elsewhere: both are of one size.
        condition_area=settings.AREA, condition_follows_size=True, default_size="auto", native_area=settings.AREA,
        min_area=settings.MIN_AREA, max_area=settings.MAX_AREA, max_side=settings.MAX_SIDE, default_steps=settings.STEPS,
        default_true_cfg_scale=1.0, max_true_cfg_scale=1.0, compute_type="float32", model_id="qwen-image-edit-mini", suggestions=SUGGESTIONS, examples=EXAMPLES, notice=NOTICE,
    )
    (folder / "service.json").write_text(json.dumps(service, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    if size > 40e6:
        raise SystemExit(f"{folder} has {size / 1e6:.1f} MB, more than 40")
