"""Starting weights made by hand, so that training begins near a solution instead of at noise.

The transformer starts at "the result is the linear edit of the reference that the prompt names":

- Width 0–63 of an image token carries its own latents, 64–127 the reference's at the same place, 128 onwards one value an
  edit (1: asked for), the last 16 loud constants that keep every LayerNorm nearly linear.
- In the first block, head 0 fetches the reference by position alone (constant queries and keys, turned by the rotary
  embedding); head 1 fetches the edits' values from the text tokens after the prompt.
- In the second block, the feed-forward holds 64 + 1 units an edit that are open only while that edit is asked for, and
  adds the edit's linear map (least squares over training latents) to what width 64–127 carries.
- With the rest of an edit modelled as noise of variance s², the velocity α(σ)·x − β(σ)·reference follows from Bayes' rule;
  the closing norm's scale is fitted to α and β over the timestep's features.
"""

import math

import torch
import torch.nn.functional as F

from .edits import EDITS
from .latents import Subject
from .transformer import AXES, HEAD, HEADS, WIDTH

TOKEN = 64
CODES = 2 * TOKEN  # where the edits' values begin
CONSTANTS, LOUD, OPEN = 16, 16.0, 8.0
LEARNED = [name for name in EDITS if name != "keep"]


def least_squares(subjects: list[Subject], generator: torch.Generator) -> dict[str, torch.Tensor]:
    """For each edit [64, 65]: the linear map and offset that best give (result − reference) from the reference's token."""
    maps = {}
    for name in LEARNED:
        pairs = [(s.reference.flatten(0, 1), s.results[name].flatten(0, 1)) for s in subjects if name in s.results]
        x, y = (torch.cat([p[i] for p in pairs]).float() for i in (0, 1))
        picked = torch.randperm(len(x), generator=generator)[:30000]
        x, y = x[picked], y[picked]
        a = torch.cat([x, torch.ones(len(x), 1)], dim=1)
        gram = a.T @ a + 10 * torch.eye(TOKEN + 1)
        maps[name] = torch.linalg.solve(gram, a.T @ (y - x)).T
    return maps


def steady(x: float) -> float:
    """RMS of a token whose loud constants stand beside content of `x` squared in sum."""
    return ((x + CONSTANTS * LOUD**2) / WIDTH) ** 0.5


@torch.no_grad()
def start_by_hand(model, readout: torch.Tensor, maps: dict[str, torch.Tensor]) -> None:
    """`readout` [len(LEARNED) + 1, text width + 1]: the edits' values and the flag "after the prompt" from prompt embeddings."""
    c, n = TOKEN, len(LEARNED)
    loud = LOUD * torch.tensor([1.0, -1.0]).repeat(CONSTANTS // 2)
    quiet = slice(0, WIDTH - CONSTANTS)
    before, after = steady(c), steady(2 * c)
    model.img_in.weight[:c] = torch.eye(c)
    model.img_in.weight[c : CODES + n] = 0
    model.img_in.weight[CODES + n :] *= 0.5
    model.txt_in.weight[: n + 1], model.txt_in.bias[: n + 1] = readout[:, :-1], readout[:, -1]
    for m in (model.img_in, model.txt_in):
        m.weight[-CONSTANTS:] = 0
        m.bias[-CONSTANTS:] = loud
    model.img_in.bias[quiet] = 0
    for i, block in enumerate(model.transformer_blocks):
        for m in (block.img_mod[1], block.txt_mod[1]):
            m.weight.mul_(0.1)
            m.bias.zero_()
            shift1, scale1, gate1, shift2, scale2, gate2 = m.bias.view(6, WIDTH)
            gate1.fill_(1), gate2.fill_(1)
            # Undo the norm's division, and keep the constants out of what the layers see.
            for scale in (scale1, scale2):
                scale[quiet] = after - 1
                scale[-CONSTANTS:] = 0.25 / LOUD * after - 1
        a = block.attn
        for m in (a.to_out[0], a.to_add_out, block.img_mlp.net[2], block.txt_mlp.net[2]):
            m.weight.mul_(0.3), m.bias.zero_()
            if m is a.to_out[0] or m is block.img_mlp.net[2]:
                m.weight[: CODES + n] = 0  # what is carried starts clean
        block.txt_mlp.net[2].weight.mul_(0.3)
    first, second = model.transformer_blocks[0], model.transformer_blocks[1]
    first.img_mod[1].weight[: 3 * WIDTH].mul_(0.2)
    second.img_mod[1].weight[3 * WIDTH :].mul_(0.2)
    _fetch_reference(first.attn, before / after)
    _fetch_codes(first.attn, n)
    _apply_maps(second.img_mlp, maps)
    _close(model, after)


def _fetch_reference(a, gain: float) -> None:
    """Head 0: constant queries and keys on the pairs that tell places apart, the first four of rows and columns, the first of frames."""
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
    a.to_v.weight[:HEAD], a.to_v.bias[:HEAD] = 0, 0
    a.to_v.weight[:HEAD, :TOKEN] = torch.eye(TOKEN)
    out = a.to_out[0].weight
    out[:, :HEAD].mul_(0.1)
    out[TOKEN:CODES, :HEAD] = gain * torch.eye(TOKEN)


def _fetch_codes(a, n: int) -> None:
    """Head 1: image tokens look at text tokens that carry the flag, by the slowest pair of the column axis."""
    slow = HEAD - 2
    rows = slice(HEAD, 2 * HEAD)
    for m in (a.to_q, a.to_k, a.add_k_proj):
        m.weight[rows], m.bias[rows] = 0, 0
    a.to_q.bias[HEAD + slow] = 1
    a.to_k.bias[HEAD + slow] = -1
    a.add_k_proj.weight[HEAD + slow, n] = 1  # the flag: +1 after the prompt, −1 before
    a.add_v_proj.weight[rows], a.add_v_proj.bias[rows] = 0, 0
    a.add_v_proj.weight[HEAD : HEAD + n, :n] = torch.eye(n)
    a.to_v.weight[rows], a.to_v.bias[rows] = 0, 0
    out = a.to_out[0].weight
    out[:, rows] = 0
    out[CODES : CODES + n] = 0
    out[CODES : CODES + n, HEAD : HEAD + n] = torch.eye(n)


def _apply_maps(mlp, maps: dict[str, torch.Tensor]) -> None:
    """Units x + OPEN·(2·value − 1): all but linear while the edit is asked for, shut otherwise."""
    enter, leave = mlp.net[0].proj, mlp.net[2]
    unit = 0
    for k, name in enumerate(LEARNED):
        span = slice(unit, unit + TOKEN + 1)
        enter.weight[span] = 0
        enter.weight[span, CODES + k] = 2 * OPEN
        enter.bias[span] = -OPEN
        enter.weight[unit : unit + TOKEN, TOKEN:CODES] = torch.eye(TOKEN)
        leave.weight[:, span] = 0
        linear, offset = maps[name][:, :-1], maps[name][:, -1]
        leave.weight[TOKEN:CODES, unit : unit + TOKEN] = linear
        leave.weight[TOKEN:CODES, unit + TOKEN] = offset / OPEN - linear.sum(1)
        unit += TOKEN + 1


def _close(model, norm: float) -> None:
    c = TOKEN
    out = model.proj_out
    out.weight.zero_(), out.bias.zero_()
    out.weight[:, :c], out.weight[:, c : 2 * c] = norm * torch.eye(c), -norm * torch.eye(c)
    sigma = torch.cat([torch.linspace(0.03, 1, 400), torch.linspace(0.9, 1, 200)])
    s2 = 0.15**2
    kappa = (1 - sigma) * s2 / ((1 - sigma) ** 2 * s2 + sigma**2)
    alpha, beta = (1 - kappa) / sigma, (1 - kappa * (1 - sigma)) / sigma
    features = F.silu(model.time_text_embed(sigma, torch.zeros(1)))
    features = torch.cat([features, torch.ones(len(sigma), 1)], dim=1)
    ridge = 1e-3 * torch.eye(features.shape[1])
    solved = torch.linalg.solve(features.T @ features + ridge, features.T @ torch.stack([alpha - 1, beta - 1], dim=1))
    linear = model.norm_out.linear
    linear.weight.mul_(0.1), linear.bias.zero_()
    for rows, fit in ((slice(0, c), solved[:, 0]), (slice(c, 2 * c), solved[:, 1])):
        linear.weight[rows], linear.bias[rows] = fit[:-1], fit[-1]
    linear.weight[WIDTH : WIDTH + 2 * c] = 0
