import { isGgufBlockType } from '../checkpoint/gguf/block-types.js';
import type { TensorDtype } from '../checkpoint/tensor-index.js';
import type { ElementType } from './element-type.js';

const STORED_TYPE: Partial<Record<TensorDtype, ElementType>> = { F32: 'float32', BF16: 'bfloat16', F16: 'float16' };
const FLOAT8_TYPE: Partial<Record<TensorDtype, ElementType>> = { F8_E4M3: 'float8e4m3fn', F8_E5M2: 'float8e5m2' };

/** The element type of a tensor that a graph can compute with; undefined for any other. */
export const storedType = (dtype: TensorDtype): ElementType | undefined => STORED_TYPE[dtype];

export const isFloat8 = (dtype: TensorDtype): boolean => FLOAT8_TYPE[dtype] !== undefined;

/** Whether a tensor's file holds it in fewer than 16 bits. */
export const hasFewBits = (dtype: TensorDtype): boolean => isFloat8(dtype) || isGgufBlockType(dtype);

/** storedType where types of few bits are read, too; null for those that no graph reads as they lie. */
export const fewBitsType = (dtype: TensorDtype): ElementType | null | undefined =>
  isGgufBlockType(dtype) ? null : (FLOAT8_TYPE[dtype] ?? storedType(dtype));
