import { blockCount, ZERO_CODE } from '../../graph/quantization/linear-format.js';

/** The largest code's distance from the zero code, at 8 bits. */
const LIMIT_8 = 127;

/**
 * Quantizes some rows of a weight to 8 bits with one scale a row, rounding to the nearest.
 * @param weights float32 [rows, columns]
 * @param firstRow their place among all of the weight's rows
 * @param codes uint8 [columns, all rows]: their columns are written
 * @param scales float32 [all rows]
 */
export function quantizeChannels(
  weights: Float32Array,
  columns: number,
  firstRow: number,
  codes: Uint8Array,
  scales: Float32Array,
): void {
  const rows = weights.length / columns;
  const inverse = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const largest = largestOf(weights, row * columns, columns);
    scales[firstRow + row] = Math.abs(largest) / LIMIT_8;
    inverse[row] = largest === 0 ? 0 : LIMIT_8 / Math.abs(largest);
  }
  for (let column = 0; column < columns; column += 1) {
    const start = column * scales.length + firstRow;
    for (let row = 0; row < rows; row += 1) {
      const value = (weights[row * columns + column] ?? 0) * (inverse[row] ?? 0);
      codes[start + row] = Math.floor(value + ZERO_CODE[8] + 0.5);
    }
  }
}

/**
 * Quantizes some rows of a weight with one scale for each block of `blockSize` columns. At 4 bits, whose codes reach one
 * further below zero than above, the largest value gets the lowest code and so the scale its sign.
 * @param weights float32 [rows, columns]
 * @param codes uint8 [rows, blocks, blockSize · bits / 8]; of 4 bits the first in a byte's lower half
 * @param scales float32 [rows, blocks]
 */
export function quantizeBlocks(
  weights: Float32Array,
  columns: number,
  bits: 4 | 8,
  blockSize: number,
  codes: Uint8Array,
  scales: Float32Array,
): void {
  const blocks = blockCount(columns, blockSize);
  const zero = ZERO_CODE[bits];
  const blockBytes = (blockSize * bits) / 8;
  for (let block = 0; block < scales.length; block += 1) {
    const row = Math.floor(block / blocks);
    const firstColumn = (block % blocks) * blockSize;
    const start = row * columns + firstColumn;
    const size = Math.min(blockSize, columns - firstColumn);
    const largest = largestOf(weights, start, size);
    const scale = bits === 4 ? largest / -zero : Math.abs(largest) / LIMIT_8;
    scales[block] = scale;
    const inverse = scale === 0 ? 0 : 1 / scale;
    for (let index = 0; index < blockSize; index += 1) {
      const value = index < size ? (weights[start + index] ?? 0) * inverse : 0;
      const code = Math.min(2 * zero - 1, Math.floor(value + zero + 0.5));
      const at = block * blockBytes + (bits === 4 ? index >> 1 : index);
      codes[at] = bits === 4 && index % 2 === 1 ? (codes[at] ?? 0) | (code << 4) : code;
    }
  }
}

/**
 * The values that quantizeBlocks' codes and scales stand for.
 * @param values float32 [rows, columns]: written
 */
export function restoreBlocks(
  codes: Uint8Array,
  scales: Float32Array,
  columns: number,
  bits: 4 | 8,
  blockSize: number,
  values: Float32Array,
): void {
  const rowBlocks = blockCount(columns, blockSize);
  const zero = ZERO_CODE[bits];
  for (let row = 0; row < values.length / columns; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const at = row * rowBlocks * blockSize + column;
      const byte = codes[bits === 8 ? at : at >> 1] ?? 0;
      const code = bits === 8 ? byte : (byte >> (4 * (at % 2))) & 15;
      const scale = scales[row * rowBlocks + Math.floor(column / blockSize)] ?? 0;
      values[row * columns + column] = (code - zero) * scale;
    }
  }
}

/** The value furthest from zero, with its sign. */
function largestOf(values: Float32Array, start: number, count: number): number {
  let largest = 0;
  for (let index = start; index < start + count; index += 1) {
    const value = values[index] ?? 0;
    if (Math.abs(value) > Math.abs(largest)) largest = value;
  }
  return largest;
}
