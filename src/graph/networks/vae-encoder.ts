import type { VaeConfig } from '../../checkpoint/vae-config.js';
import type { GraphBuilder } from '../graph-builder.js';
import { silu } from '../nn/activation.js';
import { causalConv3d } from '../nn/conv.js';
import { channelRmsNorm } from '../nn/norm.js';
import { div, reshape, slice, sub } from '../ops.js';
import { Scope } from '../scope.js';
import type { Weights } from '../weights.js';
import { downsample, midBlock, residualBlock } from './vae-blocks.js';

/**
 * AutoencoderKLQwenImage's encoder on one frame: the posterior's mode, normalised with the checkpoint's mean and deviation.
 *
 * Input: image [1, 3, height, width] in ±1. Output: latents [1, zDim, height / compression, width / compression].
 */
export function vaeEncoder(graph: GraphBuilder, weights: Weights, config: VaeConfig): void {
  const encoder = new Scope(graph, weights, 'encoder');
  const image = graph.input('image', 'float32', [1, config.inputChannels, 'height', 'width']);
  const { zDim, dimMult } = config;

  let channels = config.baseDim;
  let hidden = causalConv3d(encoder.at('conv_in'), image, config.inputChannels, channels, 3);
  let index = 0;
  const nextBlock = (): Scope => encoder.at(`down_blocks.${index++}`);
  for (const [stage, multiplier] of dimMult.entries()) {
    const outChannels = config.baseDim * multiplier;
    for (let block = 0; block < config.numResBlocks; block += 1) {
      hidden = residualBlock(nextBlock(), hidden, channels, outChannels);
      channels = outChannels;
    }
    if (stage < dimMult.length - 1) hidden = downsample(nextBlock(), hidden, channels);
  }
  hidden = midBlock(encoder.at('mid_block'), hidden, channels);
  const normed = silu(channelRmsNorm(encoder.at('norm_out'), hidden, channels, 4));
  const moments = causalConv3d(encoder.at('conv_out'), normed, channels, 2 * zDim, 3);
  const posterior = causalConv3d(new Scope(graph, weights, 'quant_conv'), moments, 2 * zDim, 2 * zDim, 1);
  const mode = slice(posterior, 0, zDim, 1);
  const perChannel = (values: readonly number[]) => reshape(graph.floats(values), [zDim, 1, 1]);
  const latents = div(sub(mode, perChannel(config.latentsMean)), perChannel(config.latentsStd));
  graph.output('latents', latents, [1, zDim, 'latent_height', 'latent_width']);
}
