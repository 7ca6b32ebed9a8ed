"""QwenImageTransformer2DModel in a form quick to train on a CPU.

The same weights and the same result as diffusers' forward, but with positions of its own per sample (windows of a picture keep
their true places), real-valued rotary embedding, and without the last block's text output, which nothing reads.
"""

import math

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


def forward(model, latents, prompt, mask, sigma, places, text_start, block=block_forward):
    """The model's velocity for the target's tokens.

    latents [n, 2·tokens, 64] (target, then reference), prompt [n, text, width] with mask [n, text] (True: real), sigma [n],
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
    for i, b in enumerate(model.transformer_blocks):
        img, txt = block(b, img, txt, temb, cos, sin, bias, i == len(model.transformer_blocks) - 1)
    # Only the target's tokens are read.
    scale, shift = model.norm_out.linear(F.silu(temb)).chunk(2, dim=-1)
    out = F.layer_norm(img[:, :tokens], (WIDTH,), eps=1e-6) * (1 + scale[:, None]) + shift[:, None]
    return model.proj_out(out)


CONSTANTS, LOUD = 16, 8.0


@torch.no_grad()
def start_by_hand(model) -> None:
    """Starts the model at "the result is the reference", the best linear guess before any edit is known.

    Width 0–63 carries a token's own latents, 64–127 the reference's at the same place (fetched by head 0 of the first block,
    whose constant queries and keys match by position alone), the last 16 loud constants that keep every LayerNorm nearly
    linear. With an edit's change modelled as noise of variance s², v = α(σ)·x − β(σ)·reference follows from Bayes' rule; the
    closing norm's scale is fitted to α and β over the timestep's features.
    """
    c = 64
    loud = LOUD * torch.tensor([1.0, -1.0]).repeat(CONSTANTS // 2)
    norm = ((2 * c + CONSTANTS * LOUD**2) / WIDTH) ** 0.5  # a target token's RMS once the reference is fetched
    model.img_in.weight[:c] = torch.eye(c)
    model.img_in.weight[c : 2 * c] = 0
    model.img_in.weight[2 * c :] *= 0.5
    model.img_in.weight[-CONSTANTS:] = 0
    model.img_in.bias.zero_()
    model.img_in.bias[-CONSTANTS:] = loud
    for block in model.transformer_blocks:
        for m in (block.img_mod[1], block.txt_mod[1]):
            m.weight.mul_(0.2)
            m.bias.zero_()
            m.bias.view(6, WIDTH)[2], m.bias.view(6, WIDTH)[5] = 1, 1
        a = block.attn
        for m in (a.to_out[0], a.to_add_out, block.img_mlp.net[2], block.txt_mlp.net[2]):
            m.weight.mul_(0.3), m.bias.zero_()
        for m in (a.to_q, a.to_k, a.to_v, a.add_q_proj, a.add_k_proj, a.add_v_proj):
            m.bias.mul_(0.3)
    a = model.transformer_blocks[0].attn
    # The pairs that tell places apart: the first four of rows and columns, the first of frames.
    first_row, first_column = AXES[0] // 2, (AXES[0] + AXES[1]) // 2
    pairs = [*range(first_row, first_row + 4), *range(first_column, first_column + 4)]
    used = [0, 1, *[2 * p + d for p in pairs for d in (0, 1)]]
    for m in (a.to_q, a.to_k):
        m.weight[:HEAD] = 0
        m.bias[:HEAD] = 0
        for head in range(1, HEADS):  # the loud dimensions belong to head 0
            m.weight[[head * HEAD + u for u in used]] = 0
            m.bias[[head * HEAD + u for u in used]] = 0
        for p in pairs:
            m.bias[2 * p] = 5**0.5
    # A target (frame 0) looks one frame ahead: keys are turned back by one frame's angle.
    a.to_q.bias[0] = 24**0.5
    a.to_k.bias[0], a.to_k.bias[1] = 24**0.5 * math.cos(-1), 24**0.5 * math.sin(-1)
    for m in (a.norm_q, a.norm_k):
        m.weight[used] = 5.5
    before = ((c + CONSTANTS * LOUD**2) / WIDTH) ** 0.5
    a.to_v.weight[:HEAD] = 0
    a.to_v.weight[:HEAD, :c] = torch.eye(c)
    a.to_v.bias[:HEAD] = 0
    a.to_out[0].weight[:c] = 0
    a.to_out[0].weight[c : 2 * c] = 0
    a.to_out[0].weight[c : 2 * c, :HEAD] = before * torch.eye(c)
    a.to_out[0].weight[2 * c :, :HEAD] *= 0.3
    for block in model.transformer_blocks:  # the two carriers start clean
        block.img_mlp.net[2].weight[: 2 * c].mul_(0.3)
        if block is not model.transformer_blocks[0]:
            block.attn.to_out[0].weight[: 2 * c].mul_(0.3)
    out = model.proj_out
    out.weight.zero_(), out.bias.zero_()
    out.weight[:, :c], out.weight[:, c : 2 * c] = norm * torch.eye(c), -norm * torch.eye(c)
    sigma = torch.cat([torch.linspace(0.02, 1, 400), torch.linspace(0.9, 1, 200)])
    s2 = 0.5**2
    kappa = (1 - sigma) * s2 / ((1 - sigma) ** 2 * s2 + sigma**2)
    alpha, beta = (1 - kappa) / sigma, (1 - kappa * (1 - sigma)) / sigma
    features = F.silu(model.time_text_embed(sigma, torch.zeros(1)))
    features = torch.cat([features, torch.ones(len(sigma), 1)], dim=1)
    wanted = torch.stack([alpha - 1, beta - 1], dim=1)
    ridge = 1e-3 * torch.eye(features.shape[1])
    solved = torch.linalg.solve(features.T @ features + ridge, features.T @ wanted)  # [width + 1, 2]
    linear = model.norm_out.linear
    linear.weight.mul_(0.2), linear.bias.zero_()
    for rows, fit in ((slice(0, c), solved[:, 0]), (slice(c, 2 * c), solved[:, 1])):
        linear.weight[rows], linear.bias[rows] = fit[:-1], fit[-1]
    linear.weight[WIDTH : WIDTH + 2 * c] = 0
