import type { LinearWeightValue, Scope } from '../scope.js';
import type { Value } from '../graph-builder.js';
import { blockLinear } from './block-linear.js';
import { float8Linear } from './float8-linear.js';
import { quantizedLinear } from './quantized-linear.js';

export interface LinearOptions {
  /** Whether the layer has a bias; true unless given. */
  readonly bias?: boolean;
  /** Use only the first rows of the weight, for a layer whose other results nothing reads. */
  readonly usedOutputs?: number;
}

/**
 * torch.nn.Linear: x·Wᵀ + b. Gemm takes PyTorch's [out, in] weight as it lies in the file, unless it was quantized.
 * @param x [tokens, inFeatures]
 * @returns [tokens, outFeatures]
 */
export function linear(
  scope: Scope,
  x: Value,
  inFeatures: number,
  outFeatures: number,
  options: LinearOptions = {},
): Value {
  const rows = options.usedOutputs ?? outFeatures;
  const bias = options.bias === false ? undefined : scope.parameter('bias', [outFeatures], { rows });
  const weight = scope.linearWeight('weight', [outFeatures, inFeatures], rows);
  return product(x, weight, bias);
}

/** x·Wᵀ + b, by the form that the weight has. */
function product(x: Value, weight: LinearWeightValue, bias: Value | undefined): Value {
  if ('format' in weight) return quantizedLinear(x, weight, bias);
  if ('form' in weight) return blockLinear(x, weight, bias);
  if ('float8' in weight) return float8Linear(x, weight, bias);
  return x.graph.node('Gemm', bias === undefined ? [x, weight] : [x, weight, bias], { transB: 1 });
}
