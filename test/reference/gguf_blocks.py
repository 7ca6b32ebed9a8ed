"""Blocks of GGUF's types. gguf-py rounds to the simple types itself; of the K types it only reads back, so they are rounded here.

Every function takes float32 [blocks, values] and gives uint8 [blocks, bytes] in the layouts of ggml-common.h. Rounding is to the
nearest under scales that cover each group: not llama.cpp's search for the best ones, but blocks like its own.
"""

from collections.abc import Callable

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, quants

VALUES = 256


def _half(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """float16 bytes [blocks, 2] and the floats that they stand for."""
    halves = values.astype(np.float16)
    return halves.view(np.uint8).reshape(len(values), 2), halves.astype(np.float32)


def _divide(values: np.ndarray, by: np.ndarray) -> np.ndarray:
    return np.divide(values, by, out=np.zeros_like(values), where=by != 0)


def _with_minima(blocks: np.ndarray, group: int, most: int, most_scale: int) -> tuple[np.ndarray, ...]:
    """d, dmin, scales, minima and codes of d·s·q − dmin·m."""
    x = blocks.reshape(len(blocks), -1, group)
    low = np.minimum(x.min(2), 0)
    scale = (x.max(2).clip(min=low) - low) / most
    d_bytes, d = _half(scale.max(1) / most_scale)
    m_bytes, dmin = _half((-low).max(1) / most_scale)
    s = np.rint(_divide(scale, np.broadcast_to(d[:, None], scale.shape))).clip(0, most_scale)
    m = np.rint(_divide(-low, np.broadcast_to(dmin[:, None], low.shape))).clip(0, most_scale)
    step = (d[:, None] * s)[:, :, None]
    q = np.rint(_divide(x + (dmin[:, None] * m)[:, :, None], np.broadcast_to(step, x.shape))).clip(0, most)
    return d_bytes, m_bytes, s.astype(np.uint8), m.astype(np.uint8), q.astype(np.uint8).reshape(len(blocks), -1)


def _symmetric(blocks: np.ndarray, group: int, zero: int, most_scale: int) -> tuple[np.ndarray, ...]:
    """d, signed scales and codes around `zero` of d·s·(q − zero)."""
    x = blocks.reshape(len(blocks), -1, group)
    largest = np.take_along_axis(x, np.abs(x).argmax(2)[:, :, None], 2)[:, :, 0]
    scale = largest / -zero
    d_bytes, d = _half(np.abs(scale).max(1) / most_scale)
    s = np.rint(_divide(scale, np.broadcast_to(d[:, None], scale.shape))).clip(-most_scale - 1, most_scale)
    q = np.rint(_divide(x, np.broadcast_to((d[:, None] * s)[:, :, None], x.shape))).clip(-zero, zero - 1) + zero
    return d_bytes, s.astype(np.int8), q.astype(np.uint8).reshape(len(blocks), -1)


def _two_bits(q: np.ndarray) -> np.ndarray:
    runs = q.reshape(len(q), 2, 4, 32)
    return (runs[:, :, 0] | runs[:, :, 1] << 2 | runs[:, :, 2] << 4 | runs[:, :, 3] << 6).reshape(len(q), 64)


def _halves(q: np.ndarray) -> np.ndarray:
    runs = q.reshape(len(q), 4, 2, 32)
    return (runs[:, :, 0] | runs[:, :, 1] << 4).reshape(len(q), 128)


def _six_bits(s: np.ndarray, m: np.ndarray) -> np.ndarray:
    first = s[:, :4] | (s[:, 4:] >> 4) << 6
    second = m[:, :4] | (m[:, 4:] >> 4) << 6
    third = (s[:, 4:] & 15) | (m[:, 4:] & 15) << 4
    return np.concatenate([first, second, third], 1)


def q2_k(blocks: np.ndarray) -> np.ndarray:
    d, dmin, s, m, q = _with_minima(blocks, 16, 3, 15)
    return np.concatenate([s | m << 4, _two_bits(q), d, dmin], 1)


def q3_k(blocks: np.ndarray) -> np.ndarray:
    d, s, q = _symmetric(blocks, 16, 4, 31)
    u = (s + 32).astype(np.uint8)
    low = (u[:, :8] & 15) | (u[:, 8:] & 15) << 4
    quarters = (u >> 4).reshape(len(u), 4, 4)
    high = quarters[:, 0] | quarters[:, 1] << 2 | quarters[:, 2] << 4 | quarters[:, 3] << 6
    third = (q >> 2).reshape(len(q), 8, 32)
    mask = sum(third[:, bit] << bit for bit in range(8)).astype(np.uint8)
    return np.concatenate([mask, _two_bits(q & 3), low, high, d], 1)


def q4_k(blocks: np.ndarray) -> np.ndarray:
    d, dmin, s, m, q = _with_minima(blocks, 32, 15, 63)
    return np.concatenate([d, dmin, _six_bits(s, m), _halves(q)], 1)


def q5_k(blocks: np.ndarray) -> np.ndarray:
    d, dmin, s, m, q = _with_minima(blocks, 32, 31, 63)
    fifth = (q >> 4).reshape(len(q), 8, 32)
    high = sum(fifth[:, bit] << bit for bit in range(8)).astype(np.uint8)
    return np.concatenate([d, dmin, _six_bits(s, m), high, _halves(q & 15)], 1)


def q6_k(blocks: np.ndarray) -> np.ndarray:
    d, s, q = _symmetric(blocks, 16, 32, 127)
    runs = q.reshape(len(q), 2, 4, 32)
    low = np.stack([runs[:, :, 0] & 15 | (runs[:, :, 2] & 15) << 4, runs[:, :, 1] & 15 | (runs[:, :, 3] & 15) << 4], 2)
    upper = runs >> 4
    high = upper[:, :, 0] | upper[:, :, 1] << 2 | upper[:, :, 2] << 4 | upper[:, :, 3] << 6
    return np.concatenate([low.reshape(len(q), 128), high.reshape(len(q), 64), s.view(np.uint8), d], 1)


K_TYPES: dict[str, Callable[[np.ndarray], np.ndarray]] = {"Q2_K": q2_k, "Q3_K": q3_k, "Q4_K": q4_k, "Q5_K": q5_k, "Q6_K": q6_k}
SIMPLE_TYPES = ("Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0")
PLAIN_TYPES = ("F32", "F16", "BF16")
ALL_TYPES = (*PLAIN_TYPES, *SIMPLE_TYPES, *K_TYPES)


def block_values(name: str) -> int:
    return GGML_QUANT_SIZES[GGMLQuantizationType[name]][0]


def quantize(values: np.ndarray, name: str) -> np.ndarray:
    """A matrix' rows as the bytes of a type; float32 and float16 as such."""
    if name in K_TYPES:
        rows = K_TYPES[name](values.astype(np.float32).reshape(-1, VALUES))
        return rows.reshape(len(values), -1)
    return quants.quantize(values.astype(np.float32), GGMLQuantizationType[name])


def dequantize(data: np.ndarray, name: str) -> np.ndarray:
    """What gguf-py reads back."""
    return quants.dequantize(data, GGMLQuantizationType[name])
