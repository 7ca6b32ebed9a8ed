import { mul } from '../ops.js';
import type { Value } from '../graph-builder.js';

/** x · sigmoid(x): torch.nn.SiLU. */
export function silu(x: Value): Value {
  return mul(x, x.graph.node('Sigmoid', [x]));
}

/** torch.nn.GELU: by the error function, or by its tanh approximation. */
export function gelu(x: Value, approximate: 'none' | 'tanh'): Value {
  return approximate === 'tanh'
    ? x.graph.node('FastGelu', [x], {}, { domain: 'com.microsoft' })
    : x.graph.node('Gelu', [x]);
}
