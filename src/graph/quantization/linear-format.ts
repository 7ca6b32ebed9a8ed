/** How a linear layer's weight is quantized, which also decides how it is multiplied. All of them are symmetric. */
export type LinearFormat =
  /** 8 bits with one scale for each output; the input is rounded to 8 bits when it comes, and integers are multiplied. */
  | { readonly kind: 'channels' }
  /** A scale for each block of `blockSize` inputs of an output; floats are multiplied. */
  | { readonly kind: 'blocks'; readonly bits: 4 | 8; readonly blockSize: 32 | 64 | 128 };

/** The code that stands for zero, by the codes' bits. */
export const ZERO_CODE = { 4: 8, 8: 128 } as const;

/** Blocks of one output; the last one may be cut off by the end of the inputs but is stored whole. */
export const blockCount = (columns: number, blockSize: number): number => Math.ceil(columns / blockSize);
