import { bfloat16Bits } from '../../graph/bfloat16.js';
import type { ComputeType } from '../../graph/graph-builder.js';
import type { InputTensor } from './onnx-session.js';

/** What a packed input of a graph takes (graph/packed-input.ts). */
export interface PackedFloats extends InputTensor {
  readonly data: Float32Array | Uint16Array;
}

/**
 * Floats as a packed input of a graph takes them: for one that computes in float32 as they are, for one that computes in bfloat16
 * the bits of the values that it would round them to.
 */
export const packedFloats = (computeType: ComputeType, values: Float32Array, ...shape: number[]): PackedFloats => ({
  data: computeType === 'float32' ? values : bfloat16Bits(values),
  shape,
});
