import { TIMESTEP_CHANNELS, type TransformerConfig } from '../transformer-config.js';

/** Sizes of a linear layer. */
export interface LinearSize {
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** Rows of img_mod and txt_mod: shift, scale and gate of two norms. */
const MODULATION_ROWS = 6;
const FEED_FORWARD_FACTOR = 4;

const ATTENTION = ['to_q', 'to_k', 'to_v', 'to_out.0', 'add_q_proj', 'add_k_proj', 'add_v_proj', 'to_add_out'];

/**
 * Every linear layer of diffusers' QwenImageTransformer2DModel, by its module's name: what a LoRA may change. Those that no
 * graph computes, such as the last block's text side, are among them.
 */
export function loraTargets(config: TransformerConfig): ReadonlyMap<string, LinearSize> {
  const { innerDim: width, inChannels, jointAttentionDim, patchSize, outChannels, numLayers } = config;
  const targets = new Map<string, LinearSize>();
  const add = (name: string, inFeatures: number, outFeatures: number): void =>
    void targets.set(name, { inFeatures, outFeatures });
  add('img_in', inChannels, width);
  add('txt_in', jointAttentionDim, width);
  add('time_text_embed.timestep_embedder.linear_1', TIMESTEP_CHANNELS, width);
  add('time_text_embed.timestep_embedder.linear_2', width, width);
  add('norm_out.linear', width, 2 * width);
  add('proj_out', width, patchSize ** 2 * outChannels);
  for (let block = 0; block < numLayers; block += 1) {
    const at = (layer: string): string => `transformer_blocks.${block}.${layer}`;
    for (const layer of ATTENTION) add(at(`attn.${layer}`), width, width);
    for (const stream of ['img', 'txt']) {
      add(at(`${stream}_mod.1`), width, MODULATION_ROWS * width);
      add(at(`${stream}_mlp.net.0.proj`), width, FEED_FORWARD_FACTOR * width);
      add(at(`${stream}_mlp.net.2`), FEED_FORWARD_FACTOR * width, width);
    }
  }
  return targets;
}
