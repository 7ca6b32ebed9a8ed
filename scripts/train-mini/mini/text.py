"""The text encoder: a small Qwen2.5-VL, and the inputs that the pipeline would give it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration, Qwen2_5_VLProcessor, Qwen2VLImageProcessor, Qwen2VLVideoProcessor

from . import settings
from .tokenizer import AFTER_PICTURE, BEFORE_WISH, DROPPED, HEAD, open_tokenizer


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
            vocab_size=-(-len(tokenizer) // 64) * 64, hidden_size=width, intermediate_size=3 * width, num_hidden_layers=settings.TEXT_LAYERS,
            num_attention_heads=width // settings.TEXT_HEAD, num_key_value_heads=width // settings.TEXT_HEAD // 2, rms_norm_eps=1e-6, max_position_embeddings=4096,
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


def tie_head(model) -> None:
    """Nobody asks for the next word: the language model's head shares the embeddings' place in the file, as in the smaller Qwen2.5-VL."""
    model.config.tie_word_embeddings = model.config.text_config.tie_word_embeddings = True
    model.tie_weights()


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


@dataclass
class Wishes:
    """Tokenized wishes: what follows the picture in the template, padded on the right."""

    ids: torch.Tensor  # [n, length]
    mask: torch.Tensor  # [n, length] bool: True at real tokens


def tokenize(tokenizer, prompts: list[str]) -> Wishes:
    rows = [e.ids for e in tokenizer.backend_tokenizer.encode_batch([AFTER_PICTURE.format(p) for p in prompts], add_special_tokens=False)]
    length = max(map(len, rows))
    ids = torch.tensor([row + [0] * (length - len(row)) for row in rows])
    return Wishes(ids, torch.arange(length) < torch.tensor([len(row) for row in rows])[:, None])


def _rotated(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    a, b = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-b, a], dim=-1) * sin


def _beginning_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """Causal attention, [tokens, heads, size] each → [tokens, width]."""
    q, k, v = (t.transpose(0, 1)[None] for t in (q, k, v))
    return F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)[0].transpose(0, 1).flatten(1)


class TextForward:
    """The language model over many wishes about one picture, the same numbers as the class's own forward.

    The template's head and the picture come first and attention is causal, so their keys and values are the same for every wish: they are
    computed once. Linear layers see all tokens as one matrix.
    """

    def __init__(self, model, tokenizer):
        self.model, self.language = model, model.model.language_model
        self.config = model.config.text_config
        self.size = self.config.hidden_size // self.config.num_attention_heads
        self.tokenizer = tokenizer

    def _angles(self, places: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(cosines, sines) [tokens, size] of places [3, tokens]: time, row and column each turn a part of the frequencies."""
        rope = self.config.rope_parameters
        frequencies = rope["rope_theta"] ** -(torch.arange(0, self.size, 2) / self.size)
        axis = torch.arange(3).repeat_interleave(torch.tensor(rope["mrope_section"]))
        angles = (places.float()[axis] * frequencies[:, None]).T.repeat(1, 2)
        return angles.cos(), angles.sin()

    def _beginning(self, seen: Seen) -> tuple[torch.Tensor, torch.Tensor]:
        """(embeddings [tokens, width], places [3, tokens]) of the head and the picture."""
        image = self.model.config.image_token_id
        text = (HEAD + BEFORE_WISH).replace("<|image_pad|>", "<|image_pad|>" * len(seen.embeds))
        ids = torch.tensor(self.tokenizer(text)["input_ids"])
        kinds = (ids == image).int()
        places = self.model.model.get_rope_index(ids[None], kinds[None], image_grid_thw=seen.grid)[0][:, 0]
        return self.language.embed_tokens(ids).masked_scatter(kinds.bool()[:, None], seen.embeds), places

    def __call__(self, wishes: Wishes, seen: Seen) -> tuple[torch.Tensor, torch.Tensor]:
        """Prompt embeddings as the pipeline makes them: ([picture's tokens, width] without the 64 dropped, [n, length, width])."""
        start, places = self._beginning(seen)
        n, length = wishes.ids.shape
        first = len(start)
        after = (places.max() + 1 + torch.arange(length)).expand(3, -1)
        cos, sin = self._angles(torch.cat([places, after.repeat(1, n)], dim=1))
        cos, sin = cos[:, None], sin[:, None]
        causal = torch.full((length, length), -torch.inf).triu(1)
        x = torch.cat([start, self.language.embed_tokens(wishes.ids).flatten(0, 1)])
        for layer in self.language.layers:
            a = layer.self_attn
            y = self._norm(x, layer.input_layernorm)
            q, k, v = (p(y).unflatten(-1, (-1, self.size)) for p in (a.q_proj, a.k_proj, a.v_proj))
            q, k = _rotated(q, cos, sin), _rotated(k, cos, sin)
            o = torch.cat([_beginning_attention(q[:first], k[:first], v[:first]), self._attention(q, k, v, first, n, causal)])
            x = x + a.o_proj(o)
            y = self._norm(x, layer.post_attention_layernorm)
            x = x + layer.mlp.down_proj(F.silu(layer.mlp.gate_proj(y)) * layer.mlp.up_proj(y))
        x = self._norm(x, self.language.norm)
        return x[DROPPED:first], x[first:].view(n, length, -1)

    def _attention(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, first: int, n: int, causal: torch.Tensor) -> torch.Tensor:
        """The wishes' tokens [n · length, width]: over the beginning's keys, the same for all, and each over its own wish's."""
        groups, share, length = k.shape[1], q.shape[1] // k.shape[1], len(causal)
        # [groups, share · n · length, size]: one matrix for all wishes
        queries = q[first:].unflatten(1, (groups, share)).permute(1, 2, 0, 3) * self.size**-0.5
        common = queries.flatten(1, 2) @ k[:first].permute(1, 2, 0)
        queries = queries.view(groups, share, n, length, self.size)
        keys, values = (t[first:].view(n, length, groups, self.size).permute(2, 0, 1, 3)[:, None] for t in (k, v))
        own = queries @ keys.mT + causal
        weights = torch.cat([common.view(groups, share, n, length, first), own], dim=-1).softmax(-1)
        out = (weights[..., :first].reshape(groups, -1, first) @ v[:first].transpose(0, 1)).view_as(queries)
        out = out + weights[..., first:] @ values
        return out.permute(2, 3, 0, 1, 4).flatten(2).flatten(0, 1)

    def _norm(self, x: torch.Tensor, norm) -> torch.Tensor:
        return norm.weight * x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.config.rms_norm_eps)
