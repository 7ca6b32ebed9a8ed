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
}

/** The code that stands for zero, by the codes' bits. */
export const ZERO_CODE = { 4: 8, 8: 128 } as const;

/** Blocks of one output; the last one may be cut off by the end of the inputs but is stored whole. */
export const blockCount = (columns: number, blockSize: number): number => Math.ceil(columns / blockSize);

/** Shapes of what a weight is quantized to. */
export interface QuantizedShapes {
  /** uint8; `channels`: [columns, rows], `blocks`: [rows, blocks, bytes of a block] */
  readonly codes: readonly number[];
  /** float32; `channels`: [rows], `blocks`: [rows, blocks] */
  readonly scales: readonly number[];
}

/** What a weight [rows, columns] is quantized to. */
export function quantizedShapes(format: LinearFormat, rows: number, columns: number): QuantizedShapes {
  if (format.kind === 'channels') return { codes: [columns, rows], scales: [rows] };
  const blocks = blockCount(columns, format.blockSize);
  return { codes: [rows, blocks, (format.blockSize * format.bits) / 8], scales: [rows, blocks] };
}

/** Bytes of the codes and number of the scales of the same. */
export function quantizedSize(format: LinearFormat, rows: number, columns: number): { codes: number; scales: number } {
  const { codes, scales } = quantizedShapes(format, rows, columns);
  return { codes: elementCount(codes), scales: elementCount(scales) };
}
