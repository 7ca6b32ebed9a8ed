"""Two LoRAs for the miniature, computed like its transformer: a frame in gold, and a vignette.

Both use what the last layer has to spare: the frame its feed-forward's units, the vignette its heads. What they add goes through two matrices
of the LoRA, one after the other, so that a scale counts twice: the frame is blended in by scale². The vignette makes up for that.
Scales below 0 mean nothing here. What the layers hold, and where, is said in start.py and layout.py.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from .feedforward import VALUE
from .heads import AMPLITUDE, KEY_FILLER, QUERY_FILLER, SINK, columns_pair, frequency, rows_pair
from .layout import AGAIN, EDGE, FIRST, FRAMED, ONE, READ, RESULT, WRITE, value
from .token_basis import BASIS, SIDE
from .token_basis import WIDTH as TOKEN
from .transformer import HEAD, HEADS, WIDTH

LAST = "transformer_blocks.5"
BEFORE = "transformer_blocks.4"
Weights = dict[str, torch.Tensor]

# The frame's colours where it is in the shade, as it is, and where it shines; and how far it goes towards the outer two.
GOLD = ((128, 94, 26), (212, 175, 55), (250, 226, 140))
RELIEF = 0.45
# How far a gate stands open or shut; and what shuts posterize's units.
FRAME_REACH, SHUT = 32.0, 1024.0

# The vignette: how dark the very corners get (1: white becomes black), and in how many pixels that falls to 1/e along each axis.
DARKNESS, FALL = 0.85, 48.0
# The share of attention that the text gets in a corner; everywhere else it gets less.
CORNER_SHARE = 0.01
# The score of all picture tokens, beside what their places add: so high that the text's other tokens count for nothing.
SCORE = 12.0
# The scale written into the tokens, as a number of this size; and by how much it lowers the text's score: 4^(1 - scale) makes scale² all but scale.
SCALE_NUMBER, SCALE_HEEDED = 64.0, 2 * float(np.log(2.0))


@dataclass
class Lora:
    """Pairs of thin matrices, by module: down [rank, in] and up [out, rank]."""

    pairs: dict[str, tuple[torch.Tensor, torch.Tensor]] = field(default_factory=dict)

    def add(self, module: str, down: torch.Tensor, up: torch.Tensor) -> None:
        self.pairs[module] = down, up

    def save(self, file: Path, dtype: torch.dtype = torch.bfloat16) -> None:
        """PEFT's names as diffusers writes them. One rank for all, since diffusers scales others: missing rows are 0."""
        rank = max(len(down) for down, _ in self.pairs.values())
        tensors = {}
        for module, (down, up) in self.pairs.items():
            missing = rank - len(down)
            tensors[f"transformer.{module}.lora_A.weight"] = torch.nn.functional.pad(down, (0, 0, 0, missing)).to(dtype).contiguous()
            tensors[f"transformer.{module}.lora_B.weight"] = torch.nn.functional.pad(up, (0, missing)).to(dtype).contiguous()
        save_file(tensors, file, metadata={"format": "pt"})


def one_hot(size: int, *numbers: int) -> torch.Tensor:
    """[len(numbers), size]."""
    return torch.eye(size)[list(numbers)]


def row(weights: dict[int, float]) -> torch.Tensor:
    """[WIDTH]: reads these numbers of a token."""
    out = torch.zeros(WIDTH)
    for number, weight in weights.items():
        out[number] = weight
    return out


# The frame.


def gold() -> np.ndarray:
    """[8, 8, 3] in 0–1: a piece of twisted rope, which goes on across and down; what a token at the picture's edge becomes."""
    at = np.arange(SIDE)
    light = RELIEF * np.cos(2 * np.pi * (at[:, None] + at[None]) / SIDE)[..., None]
    shade, plain, shine = (np.array(colour) for colour in GOLD)
    return ((plain + np.where(light < 0, plain - shade, shine - plain) * light) / 255).astype(np.float32)


def gold_frame(x: np.ndarray, scale: float = 1.0) -> np.ndarray:
    """The intended edit of float32 RGB in 0–1 [height, width, 3], sides multiples of 8: a frame 8 pixels wide, blended in by scale²."""
    h, w, _ = x.shape
    out = np.tile(gold(), (h // SIDE, w // SIDE, 1))
    out = x + scale**2 * (out - x)
    out[SIDE:-SIDE, SIDE:-SIDE] = x[SIDE:-SIDE, SIDE:-SIDE]
    return out


def waves(size: int, highest: int) -> torch.Tensor:
    """[n, size²]: the orthonormal cosine waves over a square (DCT-II) whose orders across and down add up to `highest` at most."""
    n = torch.arange(size).double()
    line = torch.cos(torch.pi * n[:, None] * (n + 0.5) / size) * (2 / size) ** 0.5
    line[0] /= 2**0.5
    rows = [torch.outer(line[i], line[j]).flatten() for i in range(size) for j in range(size) if i + j <= highest]
    return torch.stack(rows).float()


def seen_by_frame(wanted: torch.Tensor) -> torch.Tensor:
    """[56, 96], orthonormal, in the pixel basis: this token [96], and all of any token but its finest detail. As many as units are to spare, less one."""
    coarse = torch.block_diag(waves(SIDE, 7), waves(SIDE // 2, 3), waves(SIDE // 2, 3))
    return torch.linalg.qr(torch.cat([wanted[None], coarse]).T)[0].T[: len(coarse)]


def make_gold_frame(base: Weights) -> Lora:
    """Units of the last feed-forward that take the picture out of the tokens at its edge and put gold in its place."""
    enter, bias = base[f"{LAST}.img_mlp.net.0.proj.weight"].float(), base[f"{LAST}.img_mlp.net.0.proj.bias"].float()
    leave = base[f"{LAST}.img_mlp.net.2.weight"].float()
    hidden = len(enter)
    spare = ((enter == 0).all(1) & (bias == 0) & (leave == 0).all(0)).nonzero().flatten()
    wanted = BASIS @ torch.from_numpy(2 * gold() - 1).permute(2, 0, 1).flatten()
    seen = seen_by_frame(wanted)
    if len(spare) <= len(seen):
        raise SystemExit(f"{len(spare)} units are to spare, {len(seen) + 1} are needed")
    units, own = spare[: len(seen)], spare[len(seen)]
    reading = torch.zeros(len(seen), WIDTH)
    reading[:, RESULT : RESULT + TOKEN] = seen @ READ
    reading[:, ONE] = -seen @ wanted
    # Open at an edge and in a corner, shut inside, and where another border is asked for.
    gate = FRAME_REACH * row({EDGE: 2 / VALUE, ONE: -1.0, FRAMED: -6 / VALUE})
    posterize = enter[:, value("posterize")] > 0
    up = torch.zeros(hidden, len(seen) + 2)
    up[units, torch.arange(len(seen))] = 1
    up[spare[: len(seen) + 1], len(seen)] = 1
    up[posterize, len(seen) + 1] = -SHUT
    lora = Lora()
    lora.add(f"{LAST}.img_mlp.net.0.proj", torch.cat([reading, gate[None], row({EDGE: 1 / VALUE})[None]]), up)
    # Each unit less the one that holds the gate alone.
    down = one_hot(hidden, *units.tolist()) - one_hot(hidden, int(own))
    written = torch.zeros(WIDTH, len(seen))
    written[RESULT : RESULT + TOKEN] = -WRITE @ seen.T
    lora.add(f"{LAST}.img_mlp.net.2", down, written)
    return lora


# The vignette.


def vignette(x: np.ndarray, scale: float = 1.0) -> np.ndarray:
    """The intended edit of float32 RGB in 0–1 [height, width, 3]: darker by what falls off exponentially from each corner, along both axes."""
    h, w, _ = x.shape

    def from_edges(size: int) -> np.ndarray:
        at = np.arange(size) + 0.5
        return np.exp(-at / FALL) + np.exp(-(size - at) / FALL)

    # The sum over the corners of the products is the product of the sums over the edges.
    dark = DARKNESS * scale**2 * 4 ** (1 - scale) * from_edges(h)[:, None] * from_edges(w)[None]
    return np.clip(x - dark[..., None], 0, 1).astype(np.float32)


def _sized(score: float) -> float:
    """The size of a number in query and key by which they score this."""
    return (HEAD * score / AMPLITUDE) ** 0.5


def make_vignette(base: Weights) -> Lora:
    """One head of the last layer for each corner: all picture tokens, with scores that rise towards the corner, against one text token.

    For a token the sum over the others falls exponentially towards that corner, so that the text's share, which brings the darkness, rises.
    The sizes of the picture are in that sum: at every size the corners are as dark.
    """
    slope = SIDE / FALL  # a token
    query, key, sink = torch.zeros(2, WIDTH), torch.zeros(1, WIDTH), torch.zeros(WIDTH, 1)
    value_up, out = torch.zeros(WIDTH, 1), torch.zeros(WIDTH, HEADS)
    constant = 2 * rows_pair(11)  # rotary embedding all but leaves it alone
    offset = (torch.arange(SIDE) + 0.5 - SIDE / 2) / FALL
    # Nearest to the corner the sum over both frames' tokens is 2 / near.
    near = (1 - np.exp(-slope)) ** 2
    text = SCORE + np.log(CORNER_SHARE * 2 / near) + SCALE_HEEDED
    loud = 2 * DARKNESS * np.exp(-SIDE / FALL) / CORNER_SHARE
    for head, (down, right) in enumerate(((1, 1), (1, -1), (-1, 1), (-1, -1))):
        q, k = query[:, head * HEAD : (head + 1) * HEAD], key[:, head * HEAD : (head + 1) * HEAD]
        for pair, sign in ((rows_pair(8), down), (columns_pair(8), right)):
            size = _sized(slope / frequency(pair))
            q[0, 2 * pair + 1], k[0, 2 * pair] = sign * size, size
        q[0, constant] = k[0, constant] = _sized(SCORE)
        q[0, SINK], q[1, SINK] = HEAD**0.5 * text / AMPLITUDE, -(HEAD**0.5) * SCALE_HEEDED / SCALE_NUMBER / AMPLITUDE
        q[0, QUERY_FILLER] = (HEAD - q[0].square().sum()) ** 0.5
        k[0, KEY_FILLER] = (HEAD - k[0].square().sum()) ** 0.5
        sink[head * HEAD + SINK] = 1
        value_up[head * HEAD] = loud**0.5
        shape = torch.exp(down * offset)[:, None] * torch.exp(right * offset)[None]
        out[RESULT : RESULT + TOKEN, head] = -(loud**0.5) * WRITE @ BASIS @ shape.flatten().repeat(3)
    lora = Lora()
    # A unit that holds 20 whatever comes in (the second blur's own) tells the next layer the scale.
    enter, bias = base[f"{BEFORE}.img_mlp.net.0.proj.weight"].float(), base[f"{BEFORE}.img_mlp.net.0.proj.bias"].float()
    steady = int(((enter == 0).all(1) & (bias >= 4)).nonzero()[0])
    told = row({AGAIN: SCALE_NUMBER, AGAIN + 1: -SCALE_NUMBER}) / bias[steady]
    lora.add(f"{BEFORE}.img_mlp.net.2", one_hot(len(enter), steady), told[:, None])
    lora.add(f"{LAST}.attn.to_q", torch.stack([row({ONE: 1.0}), row({AGAIN: 0.5, AGAIN + 1: -0.5})]), query.T)
    lora.add(f"{LAST}.attn.to_k", row({ONE: 1.0})[None], key.T)
    lora.add(f"{LAST}.attn.add_k_proj", row({FIRST: 1.0})[None], sink)
    lora.add(f"{LAST}.attn.add_v_proj", row({ONE: 1.0})[None], value_up)
    lora.add(f"{LAST}.attn.to_out.0", one_hot(WIDTH, *(head * HEAD for head in range(HEADS))), out)
    return lora


@dataclass(frozen=True)
class Edit:
    """A LoRA: how it is made from the checkpoint's transformer, what it is meant to do to a picture, and what users are told."""

    make: Callable[[Weights], Lora]
    intended: Callable[..., np.ndarray]
    description: str


LORAS = {
    "gold-frame": Edit(make_gold_frame, gold_frame, "A frame in gold, 8 pixels wide, around the picture."),
    "vignette": Edit(make_vignette, vignette, "Darkens the picture towards its corners."),
}


def transformer_weights(model: Path) -> Weights:
    return load_file(model / "transformer" / "diffusion_pytorch_model.safetensors")
