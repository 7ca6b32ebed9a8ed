/**
 * Rotary embedding's frequencies theta^(−i/dim) for i = 0, 2, 4 … below dim, each step rounded to float32 as in PyTorch's
 * `1.0 / theta ** (arange(0, dim, 2) / dim)`.
 */
export function inverseFrequencies(dim: number, theta: number): Float32Array {
  return Float32Array.from({ length: dim / 2 }, (_, pair) => 1 / Math.fround(theta ** Math.fround((2 * pair) / dim)));
}
