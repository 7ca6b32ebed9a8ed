import { div, matmul, maximum, mul, reshape, shapeOf, sqrt } from '../ops.js';
import type { Scope } from '../scope.js';
import type { Value } from '../graph-builder.js';
import type { Next } from './linear.js';

/**
 * Root-mean-square norm over the last dimension with a learned scale (torch.nn.RMSNorm).
 * @param x [..., size]
 */
export function rmsNorm(scope: Scope, x: Value, size: number, epsilon: number): Value {
  return normalized(x, scope.parameter('weight', [size]), epsilon);
}

/** The same of [..., size], any number of times with one weight, which is declared when it is first needed. */
export function rmsNormOnce(scope: Scope, size: number, epsilon: number): Required<Next> {
  let weight: Value | undefined;
  const declared = (): Value => (weight ??= scope.parameter('weight', [size]));
  return { apply: (x) => normalized(x, declared(), epsilon), declare: () => void declared() };
}

const normalized = (x: Value, weight: Value, epsilon: number): Value =>
  x.graph.node('RMSNormalization', [x, weight], { axis: -1, epsilon: { float: epsilon } });

/**
 * Adaptive layer norm: LayerNorm without parameters of its own, scaled and shifted by the timestep's modulation.
 * @param x [tokens, size]
 * @param scale [size]; multiplies, so it already holds the 1 of 1 + scale
 * @param shift [size]
 */
export function adaptiveLayerNorm(x: Value, scale: Value, shift: Value, epsilon: number): Value {
  return x.graph.node('LayerNormalization', [x, scale, shift], { axis: -1, epsilon: { float: epsilon } });
}

/**
 * The VAE's norm over channels: x / max(‖x‖, 1e-12) · √channels · gamma (diffusers' QwenImageRMS_norm). Its result is float32:
 * what follows it may go on before it is rounded.
 * @param x [1, channels, height, width]
 * @param rank dimensions of the stored gamma: 4 in the causal 3-D layers, 3 in the attention's
 */
export function channelRmsNorm(scope: Scope, x: Value, channels: number, rank: 3 | 4): Value {
  const { graph } = x;
  const stored = [channels, ...Array<number>(rank - 1).fill(1)];
  const gamma = scope.parameter('gamma', stored, { as: [channels, 1] });
  const pixels = reshape(x, [channels, -1]); // [channels, height·width]
  // The runtime sums over channels ten times faster by a product with ones than by its reductions.
  const ones = reshape(graph.floats(Array<number>(channels).fill(1)), [1, channels]);
  const norms = sqrt(wide(matmul(ones, mul(pixels, pixels)))); // [1, height·width]
  const factor = div(graph.floats(Math.sqrt(channels), 'float32'), maximum(norms, 1e-12));
  return reshape(mul(mul(wide(pixels), factor), wide(gamma)), shapeOf(x));
}

const wide = (x: Value): Value => x.graph.cast(x, 'float32');
