import { describe, expect, test } from '@jest/globals';
import { quantizeBlocks, quantizeChannels } from '../../../src/engine/quantized/quantize-rows.js';

const ROWS = 5;
const COLUMNS = 70;
/** Rows of very different sizes, the third all zero. */
const weights = Float32Array.from({ length: ROWS * COLUMNS }, (_, index) => {
  const row = Math.floor(index / COLUMNS);
  return row === 2 ? 0 : Math.sin(index * 12.9898) * 10 ** (row - 2);
});

test('one scale a row: every value is within half a step, at its place in the transposed matrix', () => {
  const codes = new Uint8Array(ROWS * COLUMNS);
  const scales = new Float32Array(ROWS);
  quantizeChannels(weights.subarray(0, 2 * COLUMNS), COLUMNS, 0, codes, scales);
  quantizeChannels(weights.subarray(2 * COLUMNS), COLUMNS, 2, codes, scales);
  for (let row = 0; row < ROWS; row += 1) {
    const own = weights.subarray(row * COLUMNS, (row + 1) * COLUMNS);
    const scale = scales[row] ?? NaN;
    expect(scale).toBeCloseTo(Math.max(...own.map(Math.abs)) / 127, 7);
    for (const [column, value] of own.entries()) {
      const restored = ((codes[column * ROWS + row] ?? NaN) - 128) * scale;
      expect(Math.abs(restored - value)).toBeLessThanOrEqual(scale * 0.5001);
    }
  }
});

describe.each([
  { bits: 4, steps: 1 },
  { bits: 8, steps: 0.5 },
] as const)('blocks of $bits bits', ({ bits, steps }) => {
  test('every value is within $steps steps, and what lies behind the last column is zero', () => {
    const blockSize = 32;
    const blocks = 3;
    const zero = 2 ** (bits - 1);
    const codes = new Uint8Array((ROWS * blocks * blockSize * bits) / 8);
    const scales = new Float32Array(ROWS * blocks);
    quantizeBlocks(weights, COLUMNS, bits, blockSize, codes, scales);
    for (let row = 0; row < ROWS; row += 1) {
      for (let column = 0; column < blocks * blockSize; column += 1) {
        const at = row * blocks * blockSize + column;
        const code = bits === 8 ? codes[at] : ((codes[at >> 1] ?? NaN) >> (4 * (at % 2))) & 15;
        const scale = scales[Math.floor(at / blockSize)] ?? NaN;
        const value = column < COLUMNS ? (weights[row * COLUMNS + column] ?? NaN) : 0;
        // At 4 bits the end without a code of its own is a whole step off.
        expect(Math.abs(((code ?? NaN) - zero) * scale - value)).toBeLessThanOrEqual(Math.abs(scale) * (steps + 1e-4));
      }
    }
  });
});
