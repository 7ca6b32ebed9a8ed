import type { Scope } from '../scope.js';
import type { Value } from '../graph-builder.js';
import { mul } from '../ops.js';
import { gelu, silu } from './activation.js';
import { linear } from './linear.js';

/**
 * Two linear layers with GELU (tanh) between, four times as wide inside (diffusers' FeedForward, "gelu-approximate").
 * @param x [tokens, width]
 */
export function feedForward(scope: Scope, x: Value, width: number): Value {
  const inner = linear(scope.at('net.0.proj'), x, width, 4 * width);
  return linear(scope.at('net.2'), gelu(inner, 'tanh'), 4 * width, width);
}

/**
 * down(silu(gate(x)) · up(x)) (transformers' Qwen2MLP and Qwen2_5_VLMLP).
 * @param x [tokens, width]
 */
export function gatedFeedForward(scope: Scope, x: Value, width: number, innerWidth: number, bias: boolean): Value {
  const gate = linear(scope.at('gate_proj'), x, width, innerWidth, { bias });
  const up = linear(scope.at('up_proj'), x, width, innerWidth, { bias });
  return linear(scope.at('down_proj'), mul(silu(gate), up), innerWidth, width, { bias });
}
