import { quantizedSize, type BlockFormat } from '../../graph/quantization/linear-format.js';
import { quantizeBlocks, restoreBlocks } from './quantize-rows.js';
import type { FloatRows } from './float-rows.js';

/** Of the outputs and of the inputs that a weight has, this share may be changed by more than the result says: a few are nearly dead in any model. */
const LEFT_OUT = 0.01;

/**
 * How much rounding to blocks changes what a weight does with its inputs and outputs: of each column and each row the error
 * as a share of what stands there (root of the sums of squares), of these the largest, but for a hundredth. Rows show what
 * an output loses, columns what is lost of an input whose weights are small beside their block's: the weight as a whole
 * shows neither. Values spread like a normal distribution change by 8 to 10 % at 4 bits and by 0.5 % at 8 bits.
 */
export async function roundingChange(
  stored: AsyncIterable<FloatRows>,
  rows: number,
  columns: number,
  format: BlockFormat,
): Promise<number> {
  const byRow = new Shares(rows);
  const byColumn = new Shares(columns);
  for await (const { first, values } of stored) {
    const restored = round(values, columns, format);
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] ?? 0;
      const error = value - (restored[index] ?? 0);
      byRow.add(first + Math.floor(index / columns), value * value, error * error);
      byColumn.add(index % columns, value * value, error * error);
    }
  }
  return Math.max(byRow.largest(), byColumn.largest());
}

function round(values: Float32Array, columns: number, format: BlockFormat): Float32Array {
  const size = quantizedSize(format, values.length / columns, columns);
  const codes = new Uint8Array(size.codes);
  const scales = new Float32Array(size.scales);
  const restored = new Float32Array(values.length);
  quantizeBlocks(values, columns, format.bits, format.blockSize, codes, scales);
  restoreBlocks(codes, scales, columns, format.bits, format.blockSize, restored);
  return restored;
}

/** Sums of squares of values and of their errors, by row or by column. */
class Shares {
  private readonly squares: Float64Array;
  private readonly errors: Float64Array;

  constructor(count: number) {
    this.squares = new Float64Array(count);
    this.errors = new Float64Array(count);
  }

  add(index: number, square: number, error: number): void {
    this.squares[index] = (this.squares[index] ?? 0) + square;
    this.errors[index] = (this.errors[index] ?? 0) + error;
  }

  /** The largest error as a share, but for those that are left out; 0 where all values are. */
  largest(): number {
    const shares = this.squares.map((square, index) => Math.sqrt((this.errors[index] ?? 0) / square));
    const sorted = shares.filter((share) => !Number.isNaN(share)).sort();
    return sorted[Math.ceil((1 - LEFT_OUT) * sorted.length) - 1] ?? 0;
  }
}
