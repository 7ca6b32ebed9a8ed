import type { Value } from '../graph-builder.js';
import { unfolded } from '../ops.js';
import type { Float8Weight } from '../scope.js';

/**
 * A linear layer whose weight stays in 8-bit floats: it is cast, exactly, when the layer runs.
 * @param x [tokens, inFeatures]
 * @param bias [outFeatures]
 * @returns [tokens, outFeatures]
 */
export function float8Linear(x: Value, { float8, scale, shape }: Float8Weight, bias: Value | undefined): Value {
  const { graph } = x;
  const weight = graph.cast(unfolded(float8, shape, x), x.type);
  return graph.node('Gemm', bias === undefined ? [x, weight] : [x, weight, bias], {
    transB: 1,
    alpha: { float: scale },
  });
}
