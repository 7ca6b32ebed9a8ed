import { GGUF_BLOCKS, isGgufBlockType, type GgufBlockType } from '../../checkpoint/gguf/block-types.js';
import type { TensorDtype } from '../../checkpoint/tensor-index.js';
import type { ElementType } from '../element-type.js';
import type { ComputeType } from '../graph-builder.js';

/**
 * What a GGUF type is repacked to: codes of few bits, and for each block of `blockSize` inputs of an output a scale d and perhaps
 * an addend a: d·code + a.
 */
export interface BlockForm {
  readonly bits: 4 | 8;
  readonly blockSize: 16 | 32;
  /** The type has minima: the blocks have addends. */
  readonly hasAddends: boolean;
  /** The code that stands for zero: 8 or 128 in the middle, as MatMulNBits has it, or 0 where codes have a sign. */
  readonly zeroCode: 0 | 8 | 128;
}

/** What MatMulNBits or DequantizeLinear can hold of each type: the next larger codes, in the type's own blocks of values with one scale. */
const GGUF_FORMS: Readonly<Record<GgufBlockType, Pick<BlockForm, 'bits' | 'blockSize' | 'hasAddends'>>> = {
  Q4_0: { bits: 4, blockSize: 32, hasAddends: false },
  Q4_1: { bits: 4, blockSize: 32, hasAddends: true },
  Q5_0: { bits: 8, blockSize: 32, hasAddends: false },
  Q5_1: { bits: 8, blockSize: 32, hasAddends: true },
  Q8_0: { bits: 8, blockSize: 32, hasAddends: false },
  Q2_K: { bits: 4, blockSize: 16, hasAddends: true },
  Q3_K: { bits: 4, blockSize: 16, hasAddends: false },
  Q4_K: { bits: 4, blockSize: 32, hasAddends: true },
  Q5_K: { bits: 8, blockSize: 32, hasAddends: true },
  Q6_K: { bits: 8, blockSize: 16, hasAddends: false },
};

/**
 * What a linear layer's weight is repacked to; undefined for other types, and where rows are no whole blocks (a shape that a
 * converter had to change): its values are repacked as floats then.
 * @param columns inputs
 */
export function blockForm(dtype: TensorDtype, columns: number, computeType: ComputeType): BlockForm | undefined {
  if (!isGgufBlockType(dtype) || columns % GGUF_BLOCKS[dtype].values !== 0) return undefined;
  const form = GGUF_FORMS[dtype];
  // DequantizeLinear takes codes with a sign; MatMulNBits is the one that computes in bfloat16, and at 4 bits the faster one.
  const isSigned = form.bits === 8 && computeType === 'float32';
  return { ...form, zeroCode: isSigned ? 0 : form.bits === 4 ? 8 : 128 };
}

/** Shapes of what a weight [rows, columns] is repacked to. */
export interface RepackedShapes {
  /** [rows, columns] where codes have a sign, else [rows, blocks, bytes of a block] */
  readonly codes: readonly number[];
  /** Scales, and addends where there are any: [rows, blocks] */
  readonly blocks: readonly number[];
}

export function repackedShapes(
  { bits, blockSize, zeroCode }: BlockForm,
  rows: number,
  columns: number,
): RepackedShapes {
  const blocks = columns / blockSize;
  return {
    codes: zeroCode === 0 ? [rows, columns] : [rows, blocks, (blockSize * bits) / 8],
    blocks: [rows, blocks],
  };
}

export const codeType = ({ zeroCode }: BlockForm): Extract<ElementType, 'int8' | 'uint8'> =>
  zeroCode === 0 ? 'int8' : 'uint8';
