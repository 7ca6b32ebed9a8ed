import { crc32 } from 'node:zlib';
import { blockCount, isSigned, type BlockFormat, type LinearFormat } from '../../graph/quantization/linear-format.js';
import { ELEMENT_BYTES } from '../../graph/element-type.js';
import { withFile, writeWhole } from './file-bytes.js';
import { FloatRows, type StoredMatrix } from './float-rows.js';
import type { RoundingKernels } from './rounding-kernels.js';
import { blocksLoss, channelsLoss, type RoundingLoss, type SquareSums } from './rounding-loss.js';

/** Values rounded at once: what a weight is read and rounded in stays in the processor's cache. */
const VALUES_AT_ONCE = 2 ** 18;
/** Rows that are turned into columns at once. */
const ROWS_OF_A_TILE = 16;

/** Where a rounded weight is written; bytes from the file's start. */
export interface RoundedPlace {
  /** Absolute; the file exists. */
  readonly path: string;
  readonly codes: number;
  readonly scales: number;
}

/** Rounds the first `rows` of a matrix. */
export interface RoundTask {
  readonly kind: 'round';
  readonly stored: StoredMatrix;
  readonly rows: number;
  readonly columns: number;
  readonly format: LinearFormat;
  /** Whether what is lost is looked at. */
  readonly isMeasured: boolean;
  /** Null: only what is lost is asked for. */
  readonly to: RoundedPlace | null;
}

/** What was made of a weight. */
export interface RoundedWeight {
  /** CRC-32 of the codes, and of the scales. */
  readonly codes: number;
  readonly scales: number;
  /** Null where it was not measured. */
  readonly loss: RoundingLoss | null;
}

/** Puts a piece of a file's content in its place. */
type Write = (bytes: Uint8Array, position: number) => void;

/**
 * Reads a weight once, a few rows at a time, rounds it, measures what that loses, and writes codes and scales as quantizedShapes
 * says. Blocks are written as they come, so that a weight's size doesn't count; of channels the codes are held until all are there.
 * @throws Error when the file ends too soon
 */
export function roundWeight(kernels: RoundingKernels, task: RoundTask): RoundedWeight {
  const { stored, to, format } = task;
  return withFile(stored.path, 'r', (source) => {
    const round = (write: Write): RoundedWeight =>
      format.kind === 'blocks'
        ? roundBlocks(kernels, source, task, format, write)
        : roundChannels(kernels, source, task, write);
    if (to === null) return round(() => undefined);
    return withFile(to.path, 'r+', (target) => round((bytes, position) => writeWhole(target, bytes, position)));
  });
}

function roundBlocks(
  kernels: RoundingKernels,
  source: number,
  { stored, rows, columns, isMeasured, to }: RoundTask,
  format: BlockFormat,
  write: Write,
): RoundedWeight {
  const { bits, blockSize, scales: scaleForm } = format;
  const blocks = blockCount(columns, blockSize);
  const stride = blocks * blockSize;
  const [codesRow, scalesRow] = [(stride * bits) / 8, blocks * ELEMENT_BYTES[scaleForm.type]];
  const atOnce = Math.min(rows, Math.max(1, Math.floor(VALUES_AT_ONCE / stride)));
  const places = kernels.place({
    bytes: atOnce * stored.rowBytes,
    values: atOnce * stride * Float32Array.BYTES_PER_ELEMENT,
    codes: atOnce * codesRow,
    scales: atOnce * scalesRow,
    columnSums: isMeasured ? 2 * stride * Float64Array.BYTES_PER_ELEMENT : 0,
    rowSums: isMeasured ? 2 * rows * Float64Array.BYTES_PER_ELEMENT : 0,
  });
  const columnSums = kernels.doubles(places.columnSums, isMeasured ? 2 * stride : 0).fill(0);
  const rowSums = kernels.doubles(places.rowSums, isMeasured ? 2 * rows : 0);
  const floats = new FloatRows(kernels, source, stored, { columns, stride, atOnce, ...places });
  const sums = { codes: 0, scales: 0 };
  for (let first = 0; first < rows; first += atOnce) {
    const count = Math.min(atOnce, rows - first);
    floats.read(first, count);
    kernels.run.roundBlocks(
      places.values,
      count,
      stride,
      bits,
      blockSize,
      scaleForm.bits,
      scaleForm.tried,
      isSigned(format),
      places.codes,
      places.scales,
      isMeasured ? places.columnSums : 0,
      rowSums.subarray(2 * first).byteOffset,
    );
    const codes = kernels.bytes(places.codes, count * codesRow);
    const scales = kernels.bytes(places.scales, count * scalesRow);
    write(codes, (to?.codes ?? 0) + first * codesRow);
    write(scales, (to?.scales ?? 0) + first * scalesRow);
    sums.codes = crc32(codes, sums.codes);
    sums.scales = crc32(scales, sums.scales);
  }
  const byColumn = {
    squares: columnSums.subarray(0, columns),
    errorSquares: columnSums.subarray(stride, stride + columns),
  };
  return { ...sums, loss: isMeasured ? blocksLoss(squareSums(rowSums, 2), byColumn) : null };
}

function roundChannels(
  kernels: RoundingKernels,
  source: number,
  { stored, rows, columns, isMeasured, to }: RoundTask,
  write: Write,
): RoundedWeight {
  const stride = Math.ceil(columns / ROWS_OF_A_TILE) * ROWS_OF_A_TILE;
  const tiles = Math.max(1, Math.floor(VALUES_AT_ONCE / stride / ROWS_OF_A_TILE));
  const atOnce = Math.min(rows, tiles * ROWS_OF_A_TILE);
  const places = kernels.place({
    bytes: atOnce * stored.rowBytes,
    values: atOnce * stride * Float32Array.BYTES_PER_ELEMENT,
    rowCodes: atOnce * stride,
    codes: rows * columns,
    scales: rows * Float32Array.BYTES_PER_ELEMENT,
    rowSums: isMeasured ? 3 * rows * Float64Array.BYTES_PER_ELEMENT : 0,
  });
  const scales = kernels.floats(places.scales, rows);
  const rowSums = kernels.doubles(places.rowSums, isMeasured ? 3 * rows : 0);
  const floats = new FloatRows(kernels, source, stored, { columns, stride, atOnce, ...places });
  for (let first = 0; first < rows; first += atOnce) {
    const count = Math.min(atOnce, rows - first);
    floats.read(first, count);
    kernels.run.roundChannels(
      places.values,
      count,
      stride,
      places.rowCodes,
      scales.subarray(first).byteOffset,
      isMeasured ? rowSums.subarray(3 * first).byteOffset : 0,
    );
    kernels.run.transpose(places.rowCodes, count, columns, stride, places.codes + first, rows);
  }
  const written = {
    codes: kernels.bytes(places.codes, rows * columns),
    scales: kernels.bytes(places.scales, scales.byteLength),
  };
  write(written.codes, to?.codes ?? 0);
  write(written.scales, to?.scales ?? 0);
  return {
    codes: crc32(written.codes),
    scales: crc32(written.scales),
    loss: isMeasured ? channelsLoss(squareSums(rowSums, 3), every(rowSums, 3, 1), columns) : null,
  };
}

/** Of each row's sums the first and the last. */
const squareSums = (sums: Float64Array, ofEach: number): SquareSums => ({
  squares: every(sums, ofEach, 0),
  errorSquares: every(sums, ofEach, ofEach - 1),
});

const every = (sums: Float64Array, ofEach: number, place: number): Float64Array =>
  Float64Array.from({ length: sums.length / ofEach }, (_, row) => sums[row * ofEach + place] ?? 0);
