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
  /** A guidance-distilled checkpoint is refused. */
  readonly guidanceEmbeds: false;
}
