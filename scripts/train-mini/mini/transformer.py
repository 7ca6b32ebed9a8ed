"""QwenImageTransformer2DModel in a form quick to train on a CPU.

The same weights and the same result as diffusers' forward, but with positions of its own per sample (windows of a picture keep
their true places), real-valued rotary embedding, and without the last block's text output, which nothing reads.
"""

import torch
import torch.nn.functional as F
from diffusers import QwenImageTransformer2DModel

from . import settings

HEADS = settings.TRANSFORMER["num_attention_heads"]
HEAD = settings.TRANSFORMER["attention_head_dim"]
WIDTH = HEADS * HEAD
AXES = settings.TRANSFORMER["axes_dims_rope"]


def make_transformer() -> QwenImageTransformer2DModel:
    torch.manual_seed(settings.SEED + 3)
    return QwenImageTransformer2DModel(**settings.TRANSFORMER)


def angles(places: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """(cosines, sines) [..., 1, head/2] of places [..., 3]: frame, row, column."""
    parts = [places[..., i : i + 1].float() / 10000 ** (torch.arange(0, d, 2) / d) for i, d in enumerate(AXES)]
    a = torch.cat(parts, dim=-1)[..., None, :]
    return a.cos(), a.sin()


def grid_places(rows: int, columns: int) -> torch.Tensor:
    """Centred (row, column) of each token, [rows, columns, 2]; the extra one of an odd size on the negative side."""
    r, c = torch.arange(rows) - (rows - rows // 2), torch.arange(columns) - (columns - columns // 2)
    return torch.stack(torch.meshgrid(r, c, indexing="ij"), dim=-1)


def rotate(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Rotary embedding of interleaved pairs, [n, tokens, heads, head]."""
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * cos - b * sin, a * sin + b * cos], dim=-1).flatten(-2)


def rms(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-6) * weight


def modulated(x: torch.Tensor, mod: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    shift, scale, gate = mod[:, None].chunk(3, dim=-1)
    return F.layer_norm(x, (WIDTH,), eps=1e-6) * (1 + scale) + shift, gate


def block_forward(block, img, txt, temb, cos, sin, mask, last: bool):
    """One double-stream block. img [n, tokens, width], txt [n, text, width], cos and sin over text then image."""
    t = F.silu(temb)
    img_mod, txt_mod = block.img_mod[1](t).chunk(2, dim=-1), block.txt_mod[1](t).chunk(2, dim=-1)
    x, img_gate = modulated(img, img_mod[0])
    y, txt_gate = modulated(txt, txt_mod[0])
    a, n = block.attn, txt.shape[1]
    split = lambda v: v.unflatten(-1, (HEADS, HEAD))
    k = torch.cat([rms(split(a.add_k_proj(y)), a.norm_added_k.weight), rms(split(a.to_k(x)), a.norm_k.weight)], dim=1)
    v = torch.cat([split(a.add_v_proj(y)), split(a.to_v(x))], dim=1)
    k = rotate(k, cos, sin)
    q = rms(split(a.to_q(x)), a.norm_q.weight)
    if last:
        q = rotate(q, cos[:, n:], sin[:, n:])
    else:
        q = rotate(torch.cat([rms(split(a.add_q_proj(y)), a.norm_added_q.weight), q], dim=1), cos, sin)
    o = F.scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), attn_mask=mask)
    o = o.transpose(1, 2).flatten(2)
    img = img + img_gate * a.to_out[0](o if last else o[:, n:])
    x, img_gate = modulated(img, img_mod[1])
    img = img + img_gate * block.img_mlp.net[2](F.gelu(block.img_mlp.net[0].proj(x), approximate="tanh"))
    if last:
        return img, txt
    txt = txt + txt_gate * a.to_add_out(o[:, :n])
    y, txt_gate = modulated(txt, txt_mod[1])
    return img, txt + txt_gate * block.txt_mlp.net[2](F.gelu(block.txt_mlp.net[0].proj(y), approximate="tanh"))


def forward(model, latents, prompt, mask, sigma, places, text_start, block=block_forward, layers: int | None = None):
    """The model's velocity for the target's tokens; with `layers`, the image tokens [n, 2·tokens, width] after that many blocks.

    latents [n, 2·tokens, 4·z] (target, then reference), prompt [n, text, width] with mask [n, text] (True: real), sigma [n],
    places [n, tokens, 2] (centred row and column, the same for target and reference), text_start [n]: the first text position.
    """
    n, text = prompt.shape[:2]
    tokens = places.shape[1]
    frame = torch.cat([torch.zeros(n, tokens, 1), torch.ones(n, tokens, 1)], dim=1)
    image_places = torch.cat([frame, places.repeat(1, 2, 1).float()], dim=-1)
    text_places = (text_start[:, None] + torch.arange(text))[..., None].expand(-1, -1, 3).float()
    cos, sin = angles(torch.cat([text_places, image_places], dim=1))
    keys = torch.cat([mask, torch.ones(n, 2 * tokens, dtype=torch.bool)], dim=1)[:, None, None, :]
    bias = torch.zeros(keys.shape).masked_fill(~keys, -1e9)
    temb = model.time_text_embed(sigma, latents)
    img, txt = model.img_in(latents), model.txt_in(rms(prompt, model.txt_norm.weight))
    for i, b in enumerate(model.transformer_blocks[:layers]):
        img, txt = block(b, img, txt, temb, cos, sin, bias, i == len(model.transformer_blocks) - 1)
    if layers is not None:
        return img
    # Only the target's tokens are read.
    scale, shift = model.norm_out.linear(F.silu(temb)).chunk(2, dim=-1)
    out = F.layer_norm(img[:, :tokens], (WIDTH,), eps=1e-6) * (1 + scale[:, None]) + shift[:, None]
    return model.proj_out(out)

