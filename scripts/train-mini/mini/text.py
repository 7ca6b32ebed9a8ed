"""The text encoder: a small Qwen2.5-VL, and the inputs that the pipeline would give it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration, Qwen2_5_VLProcessor, Qwen2VLImageProcessor, Qwen2VLVideoProcessor

from . import settings
from .tokenizer import DROPPED, HEAD, TAIL, open_tokenizer


def make_processor(tokenizer_folder: Path) -> Qwen2_5_VLProcessor:
    tokenizer = open_tokenizer(tokenizer_folder)
    pixels = dict(size=dict(shortest_edge=settings.VISION_MIN_PIXELS, longest_edge=settings.VISION_MAX_PIXELS))
    return Qwen2_5_VLProcessor(image_processor=Qwen2VLImageProcessor(**pixels), tokenizer=tokenizer, video_processor=Qwen2VLVideoProcessor())


def make_text_encoder(tokenizer) -> Qwen2_5_VLForConditionalGeneration:
    """Random weights; the vision tower's stay as they are."""
    ids = {s: tokenizer.convert_tokens_to_ids(s) for s in ("<|image_pad|>", "<|video_pad|>", "<|vision_start|>", "<|vision_end|>",
                                                         "<|endoftext|>", "<|im_end|>")}
    width = settings.TEXT_WIDTH
    config = Qwen2_5_VLConfig(
        text_config=dict(
            vocab_size=-(-len(tokenizer) // 64) * 64, hidden_size=width, intermediate_size=3 * width, num_hidden_layers=2,
            num_attention_heads=4, num_key_value_heads=2, rms_norm_eps=1e-6, max_position_embeddings=4096,
            rope_parameters=dict(rope_type="default", type="default", mrope_section=[4, 6, 6], rope_theta=1000000.0),
            bos_token_id=ids["<|endoftext|>"], eos_token_id=ids["<|im_end|>"], use_sliding_window=False, tie_word_embeddings=False,
        ),
        vision_config=dict(
            depth=2, hidden_size=64, intermediate_size=128, num_heads=2, out_hidden_size=width, in_channels=3, patch_size=14,
            spatial_merge_size=2, temporal_patch_size=2, tokens_per_second=2, window_size=112, fullatt_block_indexes=[1],
        ),
        image_token_id=ids["<|image_pad|>"], video_token_id=ids["<|video_pad|>"], vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"], tie_word_embeddings=False,
    )
    torch.manual_seed(settings.SEED + 2)
    model = Qwen2_5_VLForConditionalGeneration(config).float().eval()
    with torch.no_grad():
        for name, p in model.named_parameters():
            if "visual" in name and p.dim() > 1:
                fan = p[0].numel()
                p.normal_(0, 1 / fan**0.5)
            elif "language_model" in name and p.dim() > 1 and "embed" not in name:
                p.normal_(0, (0.5 if "o_proj" in name or "down_proj" in name else 1) / p.shape[1] ** 0.5)
        model.model.language_model.embed_tokens.weight.normal_(0, 0.3)
        model.model.visual.merger.mlp[2].weight.mul_(0.5)
        for p in model.model.visual.parameters():
            p.copy_(p.bfloat16().float()).requires_grad_(False)
        model.lm_head.weight.zero_()
    model.lm_head.requires_grad_(False)
    return model


@dataclass
class Seen:
    """What the text encoder is given of one view: image tokens after the vision tower, and their grid before merging."""

    embeds: torch.Tensor  # [tokens, width]
    grid: torch.Tensor  # [1, 3]: time, rows, columns of patches


@torch.no_grad()
def see(model, processor: Qwen2_5_VLProcessor, view: np.ndarray) -> Seen:
    given = processor.image_processor(images=[Image.fromarray(view)], return_tensors="pt")
    out = model.model.visual(given["pixel_values"].float(), grid_thw=given["image_grid_thw"])
    return Seen(out.pooler_output.clone(), given["image_grid_thw"])


def encode_prompts(model, tokenizer, prompts: list[str], seen: list[Seen]) -> tuple[torch.Tensor, torch.Tensor]:
    """Prompt embeddings as the pipeline makes them, padded on the right to the longest.

    Returns ([n, text, width], [n, text] bool: True at real tokens), without the 64 dropped positions.
    """
    image = model.config.image_token_id
    rows, positions = [], []
    for prompt, s in zip(prompts, seen):
        text = HEAD + TAIL.format(prompt)
        text = text.replace("<|image_pad|>", "<|image_pad|>" * len(s.embeds))
        ids = torch.tensor(tokenizer(text)["input_ids"])
        rows.append(ids)
        kinds = (ids == image).int()
        positions.append(model.model.get_rope_index(ids[None], kinds[None], image_grid_thw=s.grid)[0][:, 0])  # [3, tokens]
    n, total = len(rows), max(map(len, rows))
    ids = torch.zeros(n, total, dtype=torch.long)
    place = torch.zeros(3, n, total, dtype=torch.long)
    mask = torch.zeros(n, total, dtype=torch.long)
    for i, (row, p) in enumerate(zip(rows, positions)):
        ids[i, : len(row)], place[:, i, : len(row)], mask[i, : len(row)] = row, p, 1
    embeds = model.model.language_model.embed_tokens(ids)
    at = ids == image
    embeds = embeds.masked_scatter(at[..., None], torch.cat([s.embeds for s in seen]))
    # Padding is on the right and the model is causal, so real tokens never see it.
    hidden = model.model.language_model(inputs_embeds=embeds, position_ids=place, use_cache=False).last_hidden_state
    return hidden[:, DROPPED:], mask[:, DROPPED:].bool()
