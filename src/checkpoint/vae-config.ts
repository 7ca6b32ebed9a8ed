import type { ConfigReader } from './config-reader.js';

/** AutoencoderKLQwenImage. */
export interface VaeConfig {
  readonly baseDim: number;
  /** Latent channels. */
  readonly zDim: number;
  /** Width of each level, in multiples of baseDim. */
  readonly dimMult: readonly number[];
  readonly numResBlocks: number;
  /** Scales of the encoder with attention: none, as diffusers itself fails on others. */
  readonly attnScales: readonly [];
  /** One entry a downsampling; true also halves time, which one frame doesn't notice. */
  readonly temperalDownsample: readonly boolean[];
  readonly inputChannels: 3;
  readonly nonlinearity: 'silu';
  /** [zDim] */
  readonly latentsMean: readonly number[];
  /** [zDim] */
  readonly latentsStd: readonly number[];
  /** Picture pixels a side of one latent pixel: 2^temperalDownsample.length. */
  readonly spatialCompression: number;
}

const PUBLISHED_LATENTS_MEAN = [
  -0.7571, -0.7089, -0.9113, 0.1075, -0.1745, 0.9653, -0.1517, 1.5508, 0.4134, -0.0715, 0.5517, -0.3632, -0.1922,
  -0.9497, 0.2503, -0.2921,
];
const PUBLISHED_LATENTS_STD = [
  2.8184, 1.4541, 2.3275, 2.6558, 1.2196, 1.7708, 2.6052, 2.0743, 3.2687, 2.1526, 2.8652, 1.5579, 1.6382, 1.1253,
  2.8251, 1.916,
];

/**
 * Reads vae/config.json with the defaults of diffusers' AutoencoderKLQwenImage.
 * @throws CheckpointError for a value that is malformed or that asks for something not implemented
 */
export function parseVaeConfig(config: ConfigReader): VaeConfig {
  config.oneOf('_class_name', 'AutoencoderKLQwenImage', ['AutoencoderKLQwenImage']);
  const baseDim = config.integer('base_dim', 96);
  const zDim = config.integer('z_dim', 16);
  const dimMult = config.integers('dim_mult', [1, 2, 4, 4]);
  if (dimMult.length < 2) {
    config.refuse('dim_mult', 'a list of at least two integers');
  }
  const temperalDownsample = config.booleans('temperal_downsample', [false, true, true]);
  if (temperalDownsample.length !== dimMult.length - 1) {
    config.refuse('temperal_downsample', `one entry less than dim_mult (${dimMult.length - 1})`);
  }
  // Each upsampling halves the channels, which then enter the next level.
  if (dimMult.slice(1).some((factor) => (factor * baseDim) % 2 !== 0)) {
    config.refuse('base_dim', 'a number that makes the width of every level even');
  }
  refuseAttentionScales(config);
  return {
    baseDim,
    zDim,
    dimMult,
    numResBlocks: config.integer('num_res_blocks', 2),
    attnScales: [],
    temperalDownsample,
    inputChannels: config.oneOf('input_channels', 3, [3]),
    nonlinearity: 'silu',
    latentsMean: config.numbers('latents_mean', PUBLISHED_LATENTS_MEAN, zDim),
    latentsStd: config.numbers('latents_std', PUBLISHED_LATENTS_STD, zDim, { above: 0 }),
    spatialCompression: 2 ** temperalDownsample.length,
  };
}

function refuseAttentionScales(config: ConfigReader): void {
  const scales = config.raw('attn_scales') ?? [];
  if (!Array.isArray(scales) || scales.length > 0) {
    config.refuse('attn_scales', '[]', 'only');
  }
}
