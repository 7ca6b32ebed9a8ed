import type { VaeConfig } from '../../checkpoint/vae-config.js';
import type { GraphBuilder } from '../graph-builder.js';
import { silu } from '../nn/activation.js';
import { causalConv3d } from '../nn/conv.js';
import { channelRmsNorm } from '../nn/norm.js';
import { add, mul, reshape } from '../ops.js';
import { Scope } from '../scope.js';
import type { Weights } from '../weights.js';
import { midBlock, residualBlock, upsample } from './vae-blocks.js';

/**
 * AutoencoderKLQwenImage's decoder on one frame.
 *
 * Input: latents [1, zDim, height, width], normalised. Output: image [1, 3, height·compression, width·compression], ±1 and a
 * little beyond, which is cut off with the change to 0–1.
 */
export function vaeDecoder(graph: GraphBuilder, weights: Weights, config: VaeConfig): void {
  const decoder = new Scope(graph, weights, 'decoder');
  const latents = graph.input('latents', 'float32', [1, config.zDim, 'height', 'width']);
  const { zDim, baseDim } = config;
  const perChannel = (values: readonly number[]) => reshape(graph.floats(values), [zDim, 1, 1]);
  const restored = add(mul(latents, perChannel(config.latentsStd)), perChannel(config.latentsMean));

  const widths = [...config.dimMult].reverse().map((multiplier) => baseDim * multiplier);
  let channels = widths[0] ?? baseDim;
  let hidden = causalConv3d(new Scope(graph, weights, 'post_quant_conv'), restored, zDim, zDim, 1);
  hidden = causalConv3d(decoder.at('conv_in'), hidden, zDim, channels, 3);
  hidden = midBlock(decoder.at('mid_block'), hidden, channels);
  for (const [stage, outChannels] of widths.entries()) {
    const scope = decoder.at(`up_blocks.${stage}`);
    for (let block = 0; block <= config.numResBlocks; block += 1) {
      hidden = residualBlock(scope.at(`resnets.${block}`), hidden, channels, outChannels);
      channels = outChannels;
    }
    if (stage < widths.length - 1) {
      hidden = upsample(scope.at('upsamplers.0'), hidden, channels);
      channels /= 2;
    }
  }
  const normed = silu(channelRmsNorm(decoder.at('norm_out'), hidden, channels, 4));
  const decoded = causalConv3d(decoder.at('conv_out'), normed, channels, config.inputChannels, 3);
  graph.output('image', decoded, [1, config.inputChannels, 'image_height', 'image_width']);
}
