"""Writes one tiny checkpoint folder in the published layout of Qwen-Image-Edit."""

import json
import shutil
from pathlib import Path

import torch
from diffusers import AutoencoderKLQwenImage, QwenImageTransformer2DModel
from tokenizers import Tokenizer
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

import tokenizer as tiny_tokenizer
import weights
from files import write_tensors
from specs import Spec

_IMAGE_MEAN = [0.48145466, 0.4578275, 0.40821073]
_IMAGE_STD = [0.26862954, 0.26130258, 0.27577711]


def build(spec: Spec, folder: Path) -> None:
    """Replaces `folder` by a fresh checkpoint; the same spec gives the same bytes."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    tokenizer = tiny_tokenizer.train(spec.merges, template_weight=30)
    other = spec.tokenizer_folder_merges
    tiny_tokenizer.write(
        tokenizer if other is None else tiny_tokenizer.train(other, template_weight=30),
        folder / "tokenizer",
        with_tokenizer_json=False,
    )
    tiny_tokenizer.write(tokenizer, folder / "processor", with_tokenizer_json=spec.tokenizer_json)
    if spec.tokenizer_json_alone:
        for file_name in ("vocab.json", "merges.txt"):
            (folder / "processor" / file_name).unlink()
    _write_processor_configs(spec, folder / "processor")
    _write_text_encoder(spec, tokenizer, folder / "text_encoder")
    _write_transformer(spec, folder / "transformer")
    _write_vae(spec, folder / "vae")
    _write_config(folder / "scheduler" / "scheduler_config.json", spec.scheduler)
    _write_config(
        folder / "model_index.json",
        {
            "_class_name": spec.pipeline,
            "_diffusers_version": "0.35.0.dev0",
            "processor": ["transformers", spec.processor_class],
            "scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"],
            "text_encoder": ["transformers", "Qwen2_5_VLForConditionalGeneration"],
            "tokenizer": ["transformers", "Qwen2Tokenizer"],
            "transformer": ["diffusers", "QwenImageTransformer2DModel"],
            "vae": ["diffusers", "AutoencoderKLQwenImage"],
        },
    )
    if spec.service is not None:
        _write_config(folder / "service.json", spec.service)


def _write_config(path: Path, config: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def _write_weights(spec: Spec, folder: Path, stem: str, tensors: dict[str, torch.Tensor], shards: int) -> None:
    dtype = getattr(torch, spec.dtype)
    stored = {name: value.to(dtype) for name, value in tensors.items()}
    if shards == 1:
        write_tensors(folder / f"{stem}.safetensors", stored)
        return
    names = list(stored)
    weight_map: dict[str, str] = {}
    for index in range(shards):
        file_name = f"{stem}-{index + 1:05d}-of-{shards:05d}.safetensors"
        part = names[len(names) * index // shards : len(names) * (index + 1) // shards]
        write_tensors(folder / file_name, {name: stored[name] for name in part})
        weight_map.update(dict.fromkeys(part, file_name))
    total = sum(value.numel() * value.element_size() for value in stored.values())
    _write_config(folder / f"{stem}.safetensors.index.json", {"metadata": {"total_size": total}, "weight_map": weight_map})


def _write_processor_configs(spec: Spec, folder: Path) -> None:
    picture = {
        "do_convert_rgb": True,
        "do_normalize": True,
        "do_rescale": True,
        "do_resize": True,
        "image_mean": _IMAGE_MEAN,
        "image_processor_type": "Qwen2VLImageProcessor",
        "image_std": _IMAGE_STD,
        "merge_size": 2,
        "patch_size": 14,
        "resample": 3,
        "rescale_factor": 1 / 255,
        "size": {"longest_edge": spec.max_pixels, "shortest_edge": spec.min_pixels},
        "temporal_patch_size": 2,
    }
    video = {**picture, "video_processor_type": "Qwen2VLVideoProcessor", "fps": 2.0}
    del video["image_processor_type"]
    if spec.processor_config:
        _write_config(
            folder / "processor_config.json",
            {"image_processor": picture, "processor_class": spec.processor_class, "video_processor": video},
        )
        return
    # The published file names the limits twice.
    limits = {"max_pixels": spec.max_pixels, "min_pixels": spec.min_pixels, "processor_class": spec.processor_class}
    _write_config(folder / "preprocessor_config.json", {**picture, **limits})
    _write_config(folder / "video_preprocessor_config.json", {**video, **limits})


def _text_encoder_config(spec: Spec, tokenizer: Tokenizer) -> dict[str, object]:
    language, vision = spec.language, spec.vision
    vocab_size = -(-tokenizer.get_vocab_size() // 16) * 16  # padded, as the published one is
    rope = {"mrope_section": list(language.mrope_section), "rope_type": "default", "type": "default"}
    ids = {
        "image_token_id": tiny_tokenizer.token_id(tokenizer, "<|image_pad|>"),
        "video_token_id": tiny_tokenizer.token_id(tokenizer, "<|video_pad|>"),
        "vision_start_token_id": tiny_tokenizer.token_id(tokenizer, "<|vision_start|>"),
        "vision_end_token_id": tiny_tokenizer.token_id(tokenizer, "<|vision_end|>"),
    }
    ends = {
        "bos_token_id": tiny_tokenizer.token_id(tokenizer, "<|endoftext|>"),
        "eos_token_id": tiny_tokenizer.token_id(tokenizer, "<|im_end|>"),
    }
    text = {
        "attention_dropout": 0.0,
        **ends,
        "hidden_act": "silu",
        "hidden_size": language.hidden,
        "initializer_range": 0.02,
        "intermediate_size": language.intermediate,
        "max_position_embeddings": 128000,
        "max_window_layers": 28,
        "num_attention_heads": language.heads,
        "num_hidden_layers": language.layers,
        "num_key_value_heads": language.kv_heads,
        "rms_norm_eps": language.rms_norm_eps,
        "sliding_window": 32768,
        "use_cache": True,
        "use_sliding_window": False,
        "vocab_size": vocab_size,
    }
    tower = {
        "depth": vision.depth,
        "fullatt_block_indexes": list(vision.full_attention_blocks),
        "hidden_act": "silu",
        "hidden_size": vision.hidden,
        "in_channels": 3,
        "initializer_range": 0.02,
        "intermediate_size": vision.intermediate,
        "num_heads": vision.heads,
        "out_hidden_size": language.hidden,
        "patch_size": 14,
        "spatial_merge_size": 2,
        "temporal_patch_size": 2,
        "tokens_per_second": 2,
        "window_size": vision.window_size,
    }
    outer = {"architectures": ["Qwen2_5_VLForConditionalGeneration"], "model_type": "qwen2_5_vl", "tie_word_embeddings": language.tied}
    if spec.transformers_4:
        return {
            **outer,
            **text,
            **ids,
            "rope_scaling": rope,
            "rope_theta": language.rope_theta,
            "torch_dtype": spec.dtype,
            "transformers_version": "4.53.1",
            "vision_config": {**tower, "in_chans": 3, "model_type": "qwen2_5_vl", "spatial_patch_size": 14},
            "vision_token_id": tiny_tokenizer.token_id(tokenizer, "<|vision_pad|>"),
        }
    nested = {
        **text,
        "dtype": spec.dtype,
        "layer_types": ["full_attention"] * language.layers,
        "model_type": "qwen2_5_vl_text",
        "rope_parameters": {**rope, "rope_theta": language.rope_theta},
    }
    return {
        **outer,
        **ids,
        "dtype": spec.dtype,
        "text_config": nested,
        "transformers_version": "5.23.0",
        "vision_config": {**tower, "dtype": spec.dtype, "model_type": "qwen2_5_vl_vision"},
    }


def _write_text_encoder(spec: Spec, tokenizer: Tokenizer, folder: Path) -> None:
    config = _text_encoder_config(spec, tokenizer)
    _write_config(folder / "config.json", config)
    model = Qwen2_5_VLForConditionalGeneration(Qwen2_5_VLConfig.from_pretrained(folder))
    weights.fill(model, spec.name, "text_encoder")
    tensors = dict(model.state_dict())
    if spec.language.tied:
        del tensors["lm_head.weight"]
    if spec.transformers_4:
        tensors = {
            name.replace("model.visual.", "visual.").replace("model.language_model.", "model."): value for name, value in tensors.items()
        }
    _write_weights(spec, folder, "model", tensors, spec.shards)


def _write_transformer(spec: Spec, folder: Path) -> None:
    config = {
        "attention_head_dim": spec.denoiser.head_dim,
        "axes_dims_rope": list(spec.denoiser.axes),
        "guidance_embeds": False,
        "in_channels": 4 * spec.vae.z_dim,
        "joint_attention_dim": spec.language.hidden,
        "num_attention_heads": spec.denoiser.heads,
        "num_layers": spec.denoiser.layers,
        "out_channels": spec.vae.z_dim,
        "patch_size": 2,
    }
    if spec.zero_cond_t is not None:
        config |= {"zero_cond_t": spec.zero_cond_t, "use_additional_t_cond": False, "use_layer3d_rope": False}
    model = QwenImageTransformer2DModel(**config)
    weights.fill(model, spec.name, "transformer")
    _write_weights(spec, folder, "diffusion_pytorch_model", dict(model.state_dict()), spec.shards)
    header = {"_class_name": "QwenImageTransformer2DModel", "_diffusers_version": "0.35.0.dev0"}
    _write_config(folder / "config.json", {**header, **config, "pooled_projection_dim": 768})


def _write_vae(spec: Spec, folder: Path) -> None:
    config = {
        "attn_scales": [],
        "base_dim": spec.vae.base_dim,
        "dim_mult": list(spec.vae.dim_mult),
        "dropout": 0.0,
        "latents_mean": weights.vector(spec.name, "latents_mean", spec.vae.z_dim, -1.0, 1.0),
        "latents_std": weights.vector(spec.name, "latents_std", spec.vae.z_dim, 0.7, 2.0),
        "num_res_blocks": spec.vae.res_blocks,
        "temperal_downsample": list(spec.vae.temporal),
        "z_dim": spec.vae.z_dim,
    }
    model = AutoencoderKLQwenImage(**config)
    weights.fill(model, spec.name, "vae")
    _write_weights(spec, folder, "diffusion_pytorch_model", dict(model.state_dict()), shards=1)
    _write_config(folder / "config.json", {"_class_name": "AutoencoderKLQwenImage", "_diffusers_version": "0.35.0.dev0", **config})
