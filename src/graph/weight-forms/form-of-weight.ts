import type { TensorEntry } from '../../checkpoint/tensor-index.js';
import type { ComputeType } from '../graph-builder.js';
import { blockForm } from '../quantization/block-form.js';
import type { LinearFormat } from '../quantization/linear-format.js';
import { isFloat8 } from '../stored-type.js';
import { FLOAT8 } from './float8.js';
import { FLOATS } from './floats.js';
import { quantized } from './quantized.js';
import { repackedBlocks } from './repacked-blocks.js';
import type { WeightForm } from './weight-form.js';

/**
 * The form of a linear layer's weight in memory.
 * @param format that it is quantized to; undefined where it keeps the bits of its file
 */
export function formOfWeight(
  { dtype, shape }: Pick<TensorEntry, 'dtype' | 'shape'>,
  computeType: ComputeType,
  format: LinearFormat | undefined,
): WeightForm {
  if (format !== undefined) return quantized(format);
  if (isFloat8(dtype)) return FLOAT8;
  const blocks = blockForm(dtype, shape[1] ?? 1, computeType);
  return blocks === undefined ? FLOATS : repackedBlocks(blocks);
}
