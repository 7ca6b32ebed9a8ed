"""Prints what a block's scale costs in bfloat16, by its significant bits: quantizing, the kernel's rounding, and both together.

    python test/reference/scale_errors.py

Root mean squares as a share of the weights' own, for a million weights as bfloat16 has them, spread normally and by Student's t
(5 degrees of freedom) in blocks of different sizes. `8.x` and `9.x` round as MatMulNBits does on these GPUs, `once` as an exact
difference times the scale. The first scale brings the block's largest value to the last code (away from zero); of several, each
below the one before, a block gets the one with the smallest squared error.
"""

import numpy as np

from interpreter import to_bfloat16

WEIGHTS = 1 << 20
FORMATS = ((4, 32, ((24, 1), (8, 1), (5, 4), (4, 1), (4, 3))), (8, 128, ((24, 1), (8, 1), (4, 3), (1, 2))), (8, 32, ((24, 1), (8, 1), (1, 2))))
"""Bits, block size, and of the scales the significant bits and how many are tried."""


def first_scales(blocks: np.ndarray, bits: int, scale_bits: int) -> np.ndarray:
    """The nearest scales of so few bits that are no nearer to zero than the exact ones."""
    furthest = np.take_along_axis(blocks, np.abs(blocks).argmax(1)[:, None], 1)[:, 0]
    exact = (furthest / -8 if bits == 4 else np.abs(furthest) / 127).astype(np.float32).astype(np.float64)
    mantissa, exponent = np.frexp(exact)
    return np.ldexp(np.sign(mantissa) * np.ceil(np.abs(mantissa) * 2.0**scale_bits), exponent - scale_bits)


def next_below(scales: np.ndarray, scale_bits: int) -> np.ndarray:
    mantissa, exponent = np.frexp(scales * (1 - 2.0**-40))
    return np.ldexp(np.sign(mantissa) * np.floor(np.abs(mantissa) * 2.0**scale_bits), exponent - scale_bits)


def nearest_codes(blocks: np.ndarray, scales: np.ndarray, bits: int) -> np.ndarray:
    zero = 1 << (bits - 1)
    return np.clip(np.floor(blocks / scales[:, None] + 0.5), -zero, zero - 1)


def rounded(blocks: np.ndarray, bits: int, scale_bits: int, tried: int) -> tuple[np.ndarray, np.ndarray]:
    """Codes around 0, and scales."""
    scales = first_scales(blocks, bits, scale_bits)
    best, codes, least = scales, nearest_codes(blocks, scales, bits), np.full(len(blocks), np.inf)
    for _ in range(tried):
        tried_codes = nearest_codes(blocks, scales, bits)
        errors = ((tried_codes * scales[:, None] - blocks) ** 2).sum(1)
        best = np.where(errors < least, scales, best)
        codes = np.where((errors < least)[:, None], tried_codes, codes)
        least, scales = np.minimum(errors, least), next_below(scales, scale_bits)
    return codes, best


def dequantized(codes: np.ndarray, scales: np.ndarray, bits: int, way: str) -> np.ndarray:
    by_block = to_bfloat16(scales)[:, None]
    if way != "8.x":
        return to_bfloat16(codes * by_block)
    zero = 1 << (bits - 1)
    return to_bfloat16(to_bfloat16((codes + zero) * by_block) - zero * by_block)


def main() -> None:
    random = np.random.default_rng(0)
    print("| weights | bits, block | scales | quantizing | rounding 8.x | 9.x, once | both 8.x | both 9.x, once |")
    print("|---|---|---|---|---|---|---|---|")
    for spread, values in (("normal", random.standard_normal(WEIGHTS)), ("Student's t", random.standard_t(5, WEIGHTS))):
        for bits, size, scales in FORMATS:
            blocks = values.reshape(-1, size) * np.exp(random.uniform(-1, 1, (WEIGHTS // size, 1)))
            blocks = to_bfloat16(blocks).astype(np.float64)
            root = np.sqrt((blocks**2).mean())
            for scale_bits, tried in scales:
                codes, chosen = rounded(blocks, bits, scale_bits, tried)
                exact = codes * chosen[:, None]
                made = [dequantized(codes, chosen, bits, way) for way in ("8.x", "9.x")]
                errors = [exact - blocks, *(each - exact for each in made), *(each - blocks for each in made)]
                name = "float32, cast" if scale_bits == 24 else f"{scale_bits} bits, {'the first' if tried == 1 else f'best of {tried}'}"
                cells = [f"{100 * np.sqrt((error**2).mean()) / root:.2f} %" for error in errors]
                print(f"| {spread} | {bits}, {size} | {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
