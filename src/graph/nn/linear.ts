import type { Scope } from '../scope.js';
import type { Value } from '../graph-builder.js';

export interface LinearOptions {
  /** Whether the layer has a bias; true unless given. */
  readonly bias?: boolean;
  /** Use only the first rows of the weight, for a layer whose other results nothing reads. */
  readonly usedOutputs?: number;
}

/**
 * torch.nn.Linear: x·Wᵀ + b. Gemm takes PyTorch's [out, in] weight as it lies in the file.
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
  const weight = scope.parameter('weight', [outFeatures, inFeatures], { rows });
  const inputs = options.bias === false ? [x, weight] : [x, weight, scope.parameter('bias', [outFeatures], { rows })];
  return x.graph.node('Gemm', inputs, { transB: 1 });
}
