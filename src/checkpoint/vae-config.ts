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
