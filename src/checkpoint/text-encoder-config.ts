/** Qwen2.5-VL's vision tower. */
export interface VisionConfig {
  /** Blocks. */
  readonly depth: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly numHeads: number;
  readonly headDim: number;
  readonly inChannels: number;
  /** Width of the merger's output: the language model's hidden size. */
  readonly outHiddenSize: number;
  /** Pixels a side. */
  readonly patchSize: number;
  /** Patches a side that the merger joins into one token. */
  readonly spatialMergeSize: number;
  /** Frames a patch. */
  readonly temporalPatchSize: number;
  /** Pixels a side of an attention window. */
  readonly windowSize: number;
  /** Indices of the blocks that attend over the whole picture instead of windows. */
  readonly fullAttentionBlocks: readonly number[];
  readonly hiddenAct: 'silu';
  readonly ropeTheta: number;
}

/** Qwen2.5-VL: the language model and its vision tower. */
export interface TextEncoderConfig {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly numLayers: number;
  readonly numHeads: number;
  readonly numKvHeads: number;
  readonly headDim: number;
  readonly vocabSize: number;
  readonly rmsNormEps: number;
  readonly ropeTheta: number;
  /** Shares of half the head dimension that follow time, row and column positions. */
  readonly mropeSection: readonly [number, number, number];
  readonly imageTokenId: number;
  readonly visionStartTokenId: number;
  readonly visionEndTokenId: number;
  readonly hiddenAct: 'silu';
  readonly vision: VisionConfig;
}
