"""Attention heads made by hand: what they look for is set by rotary phases, what they carry by plain matrices.

Query and key are RMS-normalised per head, so their sizes are kept at √64 with a filler that meets only zeros. A pair of
dimensions with frequency w and equal strengths scores amplitude · cos(w·(distance − wanted distance)).
"""

import math

import torch

from . import settings
from .feedforward import VALUE
from .transformer import AXES, HEAD

NORM = 12.0  # the weight of the norms over queries and keys
AMPLITUDE = NORM**2 * HEAD / HEAD**0.5  # the largest score
FRAME = 0  # the frame axis's first pair
# Dimensions that the rotary embedding all but leaves alone: a text token's mark, and the query's and the key's fillers.
SINK, QUERY_FILLER, KEY_FILLER = HEAD - 2, HEAD - 4, HEAD - 6
# By how much the first text token's score exceeds the best picture token's, for heads that see the picture's edge.
LOUD_SCORE = math.log(1.6)


def rows_pair(i: int) -> int:
    return AXES[0] // 2 + i


def columns_pair(i: int) -> int:
    return (AXES[0] + AXES[1]) // 2 + i


def frequency(pair: int) -> float:
    start = 0
    for size in AXES:
        if pair < (start + size) // 2:
            return settings.ROPE_BASE ** (-2 * (pair - start // 2) / size)
        start += size
    raise ValueError(f"no pair {pair}")


class Heads:
    """The image tokens' heads of one block, and the text tokens' keys and values; all weights start at zero."""

    def __init__(self, attention):
        self.a = attention
        self.peaks: dict[int, float] = {}

    def look(self, head: int, amplitudes: dict[int, float], ahead: dict[int, float] | None = None) -> None:
        """Picture tokens at the same place (or `ahead` of it, by pair), as sharply as the pairs' amplitudes say."""
        q, k = self.a.to_q.bias[head * HEAD :], self.a.to_k.bias[head * HEAD :]
        left = float(HEAD)
        for pair, amplitude in amplitudes.items():
            size = (HEAD * amplitude / AMPLITUDE) ** 0.5
            turn = -frequency(pair) * (ahead or {}).get(pair, 0.0)
            q[2 * pair] = size
            k[2 * pair], k[2 * pair + 1] = size * math.cos(turn), size * math.sin(turn)
            left -= size**2
        q[QUERY_FILLER] = k[KEY_FILLER] = max(left, 0.0) ** 0.5
        self.peaks[head] = sum(amplitudes.values())

    def lean(self, head: int, pair: int, sign: int, slope: float) -> None:
        """All picture tokens, the score rising by `slope` a token along the pair's axis (falling for sign −1)."""
        q, k = self.a.to_q.bias[head * HEAD :], self.a.to_k.bias[head * HEAD :]
        size = (HEAD * slope / frequency(pair) / AMPLITUDE) ** 0.5
        q[2 * pair + 1], k[2 * pair] = sign * size, size
        q[QUERY_FILLER] = k[KEY_FILLER] = HEAD**0.5

    def against_text(self, head: int, flag: int, score: float | None = None) -> None:
        """Lets the text token whose number `flag` is positive compete, by default a little above the best picture token."""
        self.a.add_k_proj.weight[head * HEAD + SINK, flag] = 1
        wanted = self.peaks[head] + LOUD_SCORE if score is None else score
        self.a.to_q.bias[head * HEAD + SINK] = HEAD**0.5 * wanted / AMPLITUDE

    def seek_text(self, head: int, flag: int) -> None:
        """Text tokens whose number `flag` is positive, evenly."""
        self.a.to_q.bias[head * HEAD + SINK] = 1
        self.a.to_k.bias[head * HEAD + SINK] = -1
        self.a.add_k_proj.weight[head * HEAD + SINK, flag] = 1

    def rest(self, head: int, unless: tuple[int, ...]) -> None:
        """Looks at the text (which carries nothing) unless one of these numbers is VALUE."""
        row = head * HEAD + SINK
        self.a.add_k_proj.bias[row] = 1
        self.a.to_q.bias[row] = 32
        for number in unless:
            self.a.to_q.weight[row, number] = -32 / VALUE

    def rest_if(self, head: int, number: int) -> None:
        """Looks at the text (which carries nothing) if this number is VALUE."""
        row = head * HEAD + SINK
        self.a.add_k_proj.bias[row] = 1
        self.a.to_q.weight[row, number] = 32 / VALUE

    def steer(self, head: int, pair: int, at: int, one: float) -> None:
        """Turns the pair's query by what the numbers `at`, `at` + 1, in units of `one`, add to (1, 0)."""
        row = head * HEAD + 2 * pair
        size = self.a.to_q.bias[row].item()
        self.a.to_q.weight[row, at] = self.a.to_q.weight[row + 1, at + 1] = size / one

    def carry(self, head: int, reading: torch.Tensor, writing: torch.Tensor, at: int) -> None:
        """Values reading [n, width] of picture tokens, written as writing [m, n] to `at` … `at` + m − 1."""
        n, m = len(reading), len(writing)
        self.a.to_v.weight[head * HEAD : head * HEAD + n] = reading
        self.a.to_out[0].weight[at : at + m, head * HEAD : head * HEAD + n] = writing

    def carry_one(self, head: int, at: int, gain: float) -> None:
        """The share of attention that picture tokens get, times `gain`."""
        self.a.to_v.bias[head * HEAD] = 1
        self.a.to_out[0].weight[at, head * HEAD] = gain

    def carry_text(self, head: int, numbers: dict[int, int], balance: int) -> None:
        """These numbers of the text tokens to those of the picture's, and minus their sum to `balance`."""
        for i, (number, at) in enumerate(numbers.items()):
            self.a.add_v_proj.weight[head * HEAD + i, number] = 1
            self.a.to_out[0].weight[at, head * HEAD + i] = 1
            self.a.to_out[0].weight[balance, head * HEAD + i] = -1
