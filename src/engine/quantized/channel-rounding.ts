import type { FloatRows } from './float-rows.js';

const LEVELS = 127;

/** Of the outputs that a weight has, this share may read fewer inputs than the result says. */
const LEFT_OUT = 0.1;

/** What integers with one scale for each output would do to a linear layer. */
export interface ChannelRounding {
  /** How much rounding changes the weight, as a share of it (root mean square). */
  readonly change: number;
  /**
   * The share of the inputs that an output reads, for the outputs that read few: (Σw²)² / Σw⁴ over its weights, which is
   * their number where they are equal, divided by the inputs' number. A normal spread has 1/3.
   */
  readonly inputsRead: number;
}

/**
 * Looks at a weight as the integer kernels would see it. They round all inputs by one step, which the largest of them sets. An
 * output that reads many of the inputs reads large ones, too, and the step is small beside what it computes. One that reads few
 * may read only small ones, of which the step leaves little: thresholds and phases are lost. Outputs without weights don't count.
 * @param stored float32 [rows, columns], some rows at a time
 */
export async function channelRounding(stored: AsyncIterable<FloatRows>, columns: number): Promise<ChannelRounding> {
  const read: number[] = [];
  let squares = 0;
  let errorSquares = 0;
  for await (const { values } of stored) {
    for (let start = 0; start < values.length; start += columns) {
      const row = rowSums(values.subarray(start, start + columns));
      if (row.squares === 0) continue;
      squares += row.squares;
      errorSquares += row.errorSquares;
      read.push(row.squares ** 2 / row.fourthPowers / columns);
    }
  }
  read.sort((one, other) => one - other);
  return {
    change: squares === 0 ? 0 : Math.sqrt(errorSquares / squares),
    inputsRead: read[Math.floor(LEFT_OUT * read.length)] ?? 1,
  };
}

function rowSums(row: Float32Array): { squares: number; fourthPowers: number; errorSquares: number } {
  let largest = 0;
  for (const value of row) largest = Math.max(largest, Math.abs(value));
  const scale = largest / LEVELS;
  const sums = { squares: 0, fourthPowers: 0, errorSquares: 0 };
  if (scale === 0) return sums;
  for (const value of row) {
    const square = value * value;
    const error = value - Math.round(value / scale) * scale;
    sums.squares += square;
    sums.fourthPowers += square * square;
    sums.errorSquares += error * error;
  }
  return sums;
}
