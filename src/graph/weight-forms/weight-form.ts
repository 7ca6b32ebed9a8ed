import type { ComputeType, GraphBuilder, Value } from '../graph-builder.js';
import type { FoundTensor } from '../stored-value.js';
import type { Weights } from '../weights.js';

/** A linear layer's weight to be declared in a graph. */
export interface WeightSource extends FoundTensor {
  readonly graph: GraphBuilder;
  readonly weights: Weights;
  /** [out, in], as PyTorch stores it. */
  readonly shape: readonly [number, number];
  /** Outputs that are used, the first ones. */
  readonly rows: number;
}

/** A linear layer's weight in a graph. */
export interface LinearWeight {
  /**
   * x·Wᵀ + b
   * @param x [tokens, inFeatures]
   * @param bias [outFeatures], or where it adds anything [tokens, outFeatures]
   * @returns [tokens, outFeatures]
   */
  product(x: Value, bias: Value | undefined): Value;
  /** The product is a Gemm, which adds a sum of its own to each token; others take a bias alone. */
  readonly addsAnything: boolean;
}

/** How linear layers' weights are in memory. Each form has a file here; form-of-weight.ts chooses. */
export interface WeightForm {
  /** Declares the initializers that a weight has in this form. */
  readonly declare: (source: WeightSource) => LinearWeight;
  /**
   * Bytes in memory.
   * @param shape [out, in]
   */
  readonly bytes: (shape: readonly number[], computeType: ComputeType) => number;
  /** Bytes of the floats that a layer makes of its weight each time that it runs; 0 where the kernel reads it as it is. */
  readonly bytesAtRun: (shape: readonly number[], computeType: ComputeType) => number;
}
