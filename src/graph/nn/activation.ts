import { mul } from '../ops.js';
import type { Value } from '../graph-builder.js';

/**
 * x · sigmoid(x): torch.nn.SiLU, in the type that x has. On a GPU Sigmoid rounds after each of its operations in bfloat16: where
 * its results are what a network's error comes from, x is float32.
 */
export function silu(x: Value): Value {
  return mul(x, x.graph.node('Sigmoid', [x]));
}

/** torch.nn.GELU: by the error function, or by its tanh approximation. */
export function gelu(x: Value, approximate: 'none' | 'tanh'): Value {
  return approximate === 'tanh'
    ? x.graph.node('FastGelu', [x], {}, { domain: 'com.microsoft' })
    : x.graph.node('Gelu', [x]);
}
