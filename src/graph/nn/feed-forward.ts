import type { Scope } from '../scope.js';
import type { Value } from '../graph-builder.js';
import { mul } from '../ops.js';
import { gelu, silu } from './activation.js';
import { linear, type Next } from './linear.js';

/**
 * Two linear layers with GELU (tanh) between, four times as wide inside (diffusers' FeedForward, "gelu-approximate").
 * @param x [tokens, width]
 * @param next what the result goes through, as linear's
 */
export function feedForward(scope: Scope, x: Value, width: number, next: Next): Value {
  const inner = linear(scope.at('net.0.proj'), x, width, 4 * width, {
    next: { apply: (result) => gelu(result, 'tanh') },
  });
  return linear(scope.at('net.2'), inner, 4 * width, width, { next });
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
