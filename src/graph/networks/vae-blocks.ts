import { silu } from '../nn/activation.js';
import { batchedAttention } from '../nn/attention.js';
import { causalConv3d, conv2d } from '../nn/conv.js';
import { channelRmsNorm } from '../nn/norm.js';
import { add, chunk3, concat, expand, mul, reshape, shapeOf, sizeOf, transpose } from '../ops.js';
import type { Scope } from '../scope.js';
import type { Value } from '../graph-builder.js';

/** diffusers' QwenImageResidualBlock on one frame. `x` is [1, inChannels, height, width]. */
export function residualBlock(scope: Scope, x: Value, inChannels: number, outChannels: number): Value {
  const shortcut =
    inChannels === outChannels ? x : causalConv3d(scope.at('conv_shortcut'), x, inChannels, outChannels, 1);
  const first = silu(channelRmsNorm(scope.at('norm1'), x, inChannels, 4));
  const inner = causalConv3d(scope.at('conv1'), first, inChannels, outChannels, 3);
  const second = silu(channelRmsNorm(scope.at('norm2'), inner, outChannels, 4));
  return add(causalConv3d(scope.at('conv2'), second, outChannels, outChannels, 3), shortcut);
}

/** diffusers' QwenImageMidBlock: residual, attention, residual. */
export function midBlock(scope: Scope, x: Value, channels: number): Value {
  const first = residualBlock(scope.at('resnets.0'), x, channels, channels);
  const attended = pixelAttention(scope.at('attentions.0'), first, channels);
  return residualBlock(scope.at('resnets.1'), attended, channels, channels);
}

/** diffusers' QwenImageAttentionBlock: one head over all pixels, with a residual. */
function pixelAttention(scope: Scope, x: Value, channels: number): Value {
  const qkv = conv2d(scope.at('to_qkv'), channelRmsNorm(scope.at('norm'), x, channels, 3), channels, 3 * channels, 1);
  const pixels = transpose(reshape(qkv, [1, 3 * channels, -1]), [0, 2, 1]); // [1, height·width, 3·channels]
  const [query, key, value] = chunk3(pixels, channels, 2);
  const attended = transpose(batchedAttention(query, key, value, 1), [0, 2, 1]); // [1, channels, height·width]
  return add(conv2d(scope.at('proj'), reshape(attended, shapeOf(x)), channels, channels, 1), x);
}

/** Half the size: a strided convolution with zeros at the right and the bottom only. */
export function downsample(scope: Scope, x: Value, channels: number): Value {
  leaveOutTime(scope);
  return conv2d(scope.at('resample.1'), x, channels, channels, 3, [0, 0, 1, 1], 2);
}

/** Twice the size: every pixel repeated 2×2, then a convolution to half the channels. */
export function upsample(scope: Scope, x: Value, channels: number): Value {
  leaveOutTime(scope);
  const graph = x.graph;
  const [height, width] = [sizeOf(x, 2), sizeOf(x, 3)];
  const one = graph.int64s([1]);
  const two = graph.int64s([2]);
  const channelCount = graph.int64s([channels]);
  const spread = reshape(x, concat([one, channelCount, height, one, width, one], 0));
  const repeated = expand(spread, concat([one, one, one, two, one, two], 0));
  const doubled = reshape(repeated, concat([one, channelCount, mul(height, 2), mul(width, 2)], 0));
  return conv2d(scope.at('resample.1'), doubled, channels, channels / 2, 3, [1, 1, 1, 1]);
}

function leaveOutTime(scope: Scope): void {
  scope.leaveOut('time_conv', 'a single frame is never resampled in time');
}
