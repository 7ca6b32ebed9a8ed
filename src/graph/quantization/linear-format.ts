import { elementCount } from '../element-type.js';

/** How a linear layer's weight is quantized, which also decides how it is multiplied. All of them are symmetric. */
export type LinearFormat = ChannelFormat | BlockFormat;

/** 8 bits with one scale for each output; the input is rounded to 8 bits when it comes, and integers are multiplied. */
export interface ChannelFormat {
  readonly kind: 'channels';
}

/** A scale for each block of `blockSize` inputs of an output; floats are multiplied. */
export interface BlockFormat {
  readonly kind: 'blocks';
  readonly bits: 4 | 8;
  readonly blockSize: 32 | 64 | 128;
  readonly scales: ScaleForm;
  readonly floatsBy: FloatsBy;
}

/**
 * What makes floats of codes when a layer runs.
 * - `kernel`: MatMulNBits, which in bfloat16 rounds code · scale before it takes the zero code's share away, and then again; on
 *   GPUs of compute capability 9.0 and more once.
 * - `cast`: Cast and Mul, which round once. Two weights' floats are in memory for a moment; codes have a sign.
 * - `gather`: GatherBlockQuantized, which rounds once and computes every index by divisions: for a few weights, or few runs.
 */
export type FloatsBy = 'kernel' | 'cast' | 'gather';

/** How scales are chosen, and stored: codes are then the best for the scale that is multiplied with. */
export interface ScaleForm {
  readonly type: 'float32' | 'bfloat16';
  /** Significant bits of a scale: all of the type's, or fewer of a bfloat16's. */
  readonly bits: 24 | 8 | 4;
  /**
   * How many are tried: the first that brings the block's largest value to the last code (of so many bits, away from zero), and
   * those below it. The one with the smallest squared error is taken.
   */
  readonly tried: number;
}

/** Codes are signed bytes. */
export const isSigned = ({ floatsBy }: BlockFormat): boolean => floatsBy === 'cast';

/** The code that stands for zero, by the codes' bits, where codes have no sign. */
export const ZERO_CODE = { 4: 8, 8: 128 } as const;

/** Blocks of one output; the last one may be cut off by the end of the inputs but is stored whole. */
export const blockCount = (columns: number, blockSize: number): number => Math.ceil(columns / blockSize);

/** Shapes of what a weight is quantized to. */
export interface QuantizedShapes {
  /** `channels`: [columns, rows]; `kernel`: [rows, blocks, bytes of a block], `cast`: [rows · blocks, blockSize], `gather`: [1, rows, bytes of a row] */
  readonly codes: readonly number[];
  /** `channels`: [rows]; `kernel`: [rows, blocks], `cast`: [rows · blocks, 1], `gather`: [1, rows, blocks] */
  readonly scales: readonly number[];
}

/** Types of the same. */
export function quantizedTypes(format: LinearFormat): { codes: 'uint8' | 'int8'; scales: ScaleForm['type'] } {
  if (format.kind === 'channels') return { codes: 'uint8', scales: 'float32' };
  return { codes: isSigned(format) ? 'int8' : 'uint8', scales: format.scales.type };
}

/** What a weight [rows, columns] is quantized to. */
export function quantizedShapes(format: LinearFormat, rows: number, columns: number): QuantizedShapes {
  if (format.kind === 'channels') return { codes: [columns, rows], scales: [rows] };
  const { bits, blockSize, floatsBy } = format;
  const blocks = blockCount(columns, blockSize);
  const blockBytes = (blockSize * bits) / 8;
  if (floatsBy === 'cast') return { codes: [rows * blocks, blockBytes], scales: [rows * blocks, 1] };
  if (floatsBy === 'gather') return { codes: [1, rows, blocks * blockBytes], scales: [1, rows, blocks] };
  return { codes: [rows, blocks, blockBytes], scales: [rows, blocks] };
}

/** Bytes of the codes and number of the scales of the same. */
export function quantizedSize(format: LinearFormat, rows: number, columns: number): { codes: number; scales: number } {
  const { codes, scales } = quantizedShapes(format, rows, columns);
  return { codes: elementCount(codes), scales: elementCount(scales) };
}
