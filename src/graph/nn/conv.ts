import { gather, reshape } from '../ops.js';
import type { Scope } from '../scope.js';
import type { Value } from '../graph-builder.js';

/**
 * torch.nn.Conv2d.
 * @param x [1, inChannels, height, width]
 * @param padding zeros added at the top, left, bottom and right
 */
export function conv2d(
  scope: Scope,
  x: Value,
  inChannels: number,
  outChannels: number,
  kernel: number,
  padding: readonly [number, number, number, number] = [0, 0, 0, 0],
  stride = 1,
): Value {
  const weight = scope.parameter('weight', [outChannels, inChannels, kernel, kernel]);
  return convolve(x, weight, scope.parameter('bias', [outChannels]), kernel, padding, stride);
}

/**
 * diffusers' QwenImageCausalConv3d on a single frame. The frames before the first are zeros, so only the kernel's last
 * slice in time sees anything: a 2-D convolution, a third of the work. `x` is [1, inChannels, height, width].
 */
export function causalConv3d(scope: Scope, x: Value, inChannels: number, outChannels: number, kernel: 1 | 3): Value {
  const shape = [outChannels, inChannels, kernel, kernel, kernel];
  const side = (kernel - 1) / 2;
  const weight = scope.parameter('weight', shape, { asStored: true });
  const lastSlice = reshape(gather(weight, x.graph.int64s([kernel - 1]), 2), [outChannels, inChannels, kernel, kernel]);
  const bias = scope.parameter('bias', [outChannels]);
  const own = x.graph.cast(lastSlice, x.graph.computeType);
  return convolve(x, own, bias, kernel, [side, side, side, side], 1);
}

function convolve(
  x: Value,
  weight: Value,
  bias: Value,
  kernel: number,
  padding: readonly [number, number, number, number],
  stride: number,
): Value {
  return x.graph.node('Conv', [x.graph.cast(x, weight.type), weight, bias], {
    kernel_shape: [kernel, kernel],
    pads: padding,
    strides: [stride, stride],
  });
}
