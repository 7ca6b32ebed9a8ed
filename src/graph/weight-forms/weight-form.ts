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
   * Bytes in memory of each of its arrays.
   * @param shape [out, in]
   */
  readonly arrays: (shape: readonly number[], computeType: ComputeType) => readonly number[];
  /**
   * What makes floats of the weight each time that the layer runs: an operator before its product, or two one after the other,
   * which is a Gemm then, or on a GPU the product's kernel; null where the floats are there.
   */
  readonly makesFloats: 'operator' | 'operators' | 'kernel' | null;
  /** Floats are made of whole blocks of so many inputs, also of a last one that the weight doesn't fill; null: of its own alone. */
  readonly floatsBlock: number | null;
  /** Inputs that share an addend, whose sums are multiplied with it; null for a weight without addends. */
  readonly addendBlock: number | null;
}
