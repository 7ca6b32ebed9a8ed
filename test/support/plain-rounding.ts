import { blockCount, quantizedSize, ZERO_CODE, type LinearFormat } from '../../src/graph/quantization/linear-format.js';

/** The largest code's distance from the zero code, at 8 bits. */
const LIMIT_8 = 127;

/** What a weight is rounded to. */
export interface PlainRounded {
  /** As quantizedShapes says. */
  readonly codes: Uint8Array;
  readonly scales: Float32Array;
  /** What the codes and scales stand for: [rows, columns]. */
  readonly restored: Float32Array;
}

/**
 * The rounding as it is defined, value by value: what the kernels must make, bit for bit.
 * @param weights float32 [rows, columns]
 */
export function roundPlainly(weights: Float32Array, columns: number, format: LinearFormat): PlainRounded {
  const rows = weights.length / columns;
  const size = quantizedSize(format, rows, columns);
  const codes = new Uint8Array(size.codes);
  const scales = new Float32Array(size.scales);
  const restored = new Float32Array(weights.length);
  const isChannels = format.kind === 'channels';
  const bits = isChannels ? 8 : format.bits;
  const blockSize = isChannels ? columns : format.blockSize;
  const blocks = blockCount(columns, blockSize);
  const zero = ZERO_CODE[bits];
  for (let block = 0; block < rows * blocks; block += 1) {
    const row = Math.floor(block / blocks);
    const first = (block % blocks) * blockSize;
    const own = weights.subarray(row * columns + first, row * columns + Math.min(first + blockSize, columns));
    const largest = furthest(own);
    const scale = bits === 4 ? largest / -zero : Math.abs(largest) / LIMIT_8;
    // With one scale a row the inverse is made in one division.
    const inverse = isChannels ? LIMIT_8 / Math.abs(largest) : 1 / scale;
    scales[block] = scale;
    for (let index = 0; index < blockSize; index += 1) {
      const value = (own[index] ?? 0) * (scale === 0 ? 0 : inverse);
      const code = Math.min(2 * zero - 1, Math.floor(value + zero + 0.5));
      if (index < own.length) {
        restored[row * columns + first + index] = (code - zero) * (isChannels ? scale : (scales[block] ?? NaN));
      }
      const at = isChannels ? index * rows + row : Math.floor(((block * blockSize + index) * bits) / 8);
      codes[at] = bits === 4 && index % 2 === 1 ? (codes[at] ?? 0) | (code << 4) : code;
    }
  }
  return { codes, scales, restored };
}

/** The value furthest from zero with its sign; the first of those that are as far. */
function furthest(values: Float32Array): number {
  let largest = 0;
  for (const value of values) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest;
}
