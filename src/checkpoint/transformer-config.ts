import type { ConfigReader } from './config-reader.js';

/** QwenImageTransformer2DModel. */
export interface TransformerConfig {
  /** Latent pixels a side of one output token. */
  readonly patchSize: number;
  /** Values of one input token: latent channels × 4. */
  readonly inChannels: number;
  /** Channels of one output pixel; proj_out has patchSize² × outChannels rows. */
  readonly outChannels: number;
  readonly numLayers: number;
  readonly attentionHeadDim: number;
  readonly numAttentionHeads: number;
  /** numAttentionHeads × attentionHeadDim. */
  readonly innerDim: number;
  /** Width of the prompt embeddings. */
  readonly jointAttentionDim: number;
  /** Values of a head that follow the frame, row and column index; their sum is attentionHeadDim. */
  readonly axesDimsRope: readonly [number, number, number];
  /** The references' tokens are modulated as at timestep 0, whatever the target's is. */
  readonly zeroCondT: boolean;
  /** A guidance-distilled checkpoint is refused. */
  readonly guidanceEmbeds: false;
}

/** Width of the sinusoidal timestep embedding (diffusers' QwenTimestepProjEmbeddings). */
export const TIMESTEP_CHANNELS = 256;

/** Latents are packed in squares of 2 × 2 pixels whatever patch_size says. */
const PACKED_PIXELS = 4;

/**
 * Reads transformer/config.json with the defaults of diffusers' QwenImageTransformer2DModel.
 * @throws CheckpointError for a value that is malformed or that asks for something not implemented
 */
export function parseTransformerConfig(config: ConfigReader): TransformerConfig {
  config.oneOf('_class_name', 'QwenImageTransformer2DModel', ['QwenImageTransformer2DModel']);
  for (const option of ['guidance_embeds', 'use_additional_t_cond', 'use_layer3d_rope']) {
    config.mustBe(option, false);
  }
  if (config.has('quantization_config') && !config.isNull('quantization_config')) {
    throw config.error('quantization_config', 'is set; quantized checkpoints are not supported');
  }

  const patchSize = config.integer('patch_size', 2);
  const inChannels = config.integer('in_channels', 64);
  const outChannels = config.isNull('out_channels') ? inChannels : config.integer('out_channels', 16);
  if (inChannels % PACKED_PIXELS !== 0) {
    config.refuse('in_channels', `a multiple of ${PACKED_PIXELS}`);
  }
  if (patchSize * patchSize * outChannels !== inChannels) {
    config.refuse('out_channels', `in_channels / patch_size² (${inChannels / (patchSize * patchSize)})`);
  }

  const attentionHeadDim = config.integer('attention_head_dim', 128);
  const axesDimsRope = config.threeIntegers('axes_dims_rope', [16, 56, 56]);
  const [frame, row, column] = axesDimsRope;
  if (frame + row + column !== attentionHeadDim || axesDimsRope.some((axis) => axis % 2 !== 0)) {
    config.refuse('axes_dims_rope', `three even integers with the sum attention_head_dim (${attentionHeadDim})`);
  }

  const numAttentionHeads = config.integer('num_attention_heads', 24);
  return {
    patchSize,
    inChannels,
    outChannels,
    numLayers: config.integer('num_layers', 60),
    attentionHeadDim,
    numAttentionHeads,
    innerDim: numAttentionHeads * attentionHeadDim,
    jointAttentionDim: config.integer('joint_attention_dim', 3584),
    axesDimsRope,
    zeroCondT: config.boolean('zero_cond_t', false),
    guidanceEmbeds: false,
  };
}
