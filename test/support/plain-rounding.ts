import {
  blockCount,
  isSigned,
  quantizedSize,
  ZERO_CODE,
  type BlockFormat,
  type LinearFormat,
} from '../../src/graph/quantization/linear-format.js';

/** The largest code's distance from the zero code, at 8 bits. */
const LIMIT_8 = 127;

/** What a weight is rounded to. */
export interface PlainRounded {
  /** As quantizedShapes says; codes with a sign as bytes. */
  readonly codes: Uint8Array;
  /** Those of bfloat16, too, which float32 holds. */
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
    const exact = bits === 4 ? largest / -zero : Math.abs(largest) / LIMIT_8;
    const scale = isChannels || format.scales.type === 'float32' ? exact : bfloat16Scale(own, exact, format);
    // With one scale a row the inverse is made in one division.
    const inverse = isChannels ? LIMIT_8 / Math.abs(largest) : 1 / scale;
    scales[block] = scale;
    for (let index = 0; index < blockSize; index += 1) {
      const code = nearestCode(own[index] ?? 0, scale === 0 ? 0 : inverse, zero);
      if (index < own.length) {
        restored[row * columns + first + index] = (code - zero) * (isChannels ? scale : (scales[block] ?? NaN));
      }
      const at = isChannels ? index * rows + row : Math.floor(((block * blockSize + index) * bits) / 8);
      if (bits === 4) codes[at] = index % 2 === 1 ? (codes[at] ?? 0) | (code << 4) : code;
      else codes[at] = !isChannels && isSigned(format) ? code - zero : code;
    }
  }
  return { codes, scales, restored };
}

/** The code of a value; 0 for what is no number. */
function nearestCode(value: number, inverse: number, zero: number): number {
  const nearest = Math.floor(value * inverse + zero + 0.5);
  return Number.isNaN(nearest) ? 0 : Math.max(0, Math.min(2 * zero - 1, nearest));
}

/** The smallest bfloat16 that has all of its bits. */
const SMALLEST = 2 ** -126;

/** Of the scales of so few bits, from the first that is no nearer to zero on downwards, that with the smallest squared error. */
function bfloat16Scale(values: Float32Array, exact: number, { bits, scales }: BlockFormat): number {
  if (exact === 0 || !Number.isFinite(exact)) return exact;
  const size = Math.max(SMALLEST, Math.abs(exact));
  const sign = Math.sign(exact);
  let [best, least] = [0, Infinity];
  let unit = 2 ** (Math.floor(Math.log2(size)) + 1 - scales.bits);
  let count = Math.ceil(size / unit);
  for (let tried = 0; tried < scales.tried && count * unit >= SMALLEST; tried += 1) {
    const scale = sign * count * unit;
    const zero = ZERO_CODE[bits];
    // Every other value by itself: in this order the sum is the kernels'.
    const sums = [0, 0];
    for (let at = 0; at < values.length; at += 4) {
      for (const lane of [0, 1]) {
        const [one, other] = [at + lane, at + lane + 2].map((index) => {
          const value = values[index] ?? 0;
          return (value - (nearestCode(value, 1 / scale, zero) - zero) * scale) ** 2;
        });
        sums[lane] = (sums[lane] ?? 0) + ((one ?? 0) + (other ?? 0));
      }
    }
    const errors = (sums[0] ?? 0) + (sums[1] ?? 0);
    if (tried === 0 || errors < least) [best, least] = [scale, errors];
    count -= 1;
    if (count === 2 ** (scales.bits - 1) - 1) [count, unit] = [2 ** scales.bits - 1, unit / 2];
  }
  return best;
}

/** The value furthest from zero with its sign; the first of those that are as far. */
function furthest(values: Float32Array): number {
  let largest = 0;
  for (const value of values) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest;
}
