import type { TensorDtype } from '../checkpoint/tensor-index.js';
import type { ElementType } from './element-type.js';

const STORED_TYPE: Partial<Record<TensorDtype, ElementType>> = { F32: 'float32', BF16: 'bfloat16', F16: 'float16' };

/** The element type of a tensor that a graph can compute with; undefined for any other. */
export const storedType = (dtype: TensorDtype): ElementType | undefined => STORED_TYPE[dtype];
