import type { TextEncoderConfig } from '../../src/checkpoint/text-encoder-config.js';

/** A small language model's config; tests change what they are about. */
export function textEncoderConfig(changes: Partial<TextEncoderConfig>): TextEncoderConfig {
  return {
    hiddenSize: 32,
    intermediateSize: 64,
    numLayers: 1,
    numHeads: 2,
    numKvHeads: 1,
    headDim: 16,
    vocabSize: 600,
    rmsNormEps: 1e-6,
    ropeTheta: 1e6,
    mropeSection: [2, 3, 3],
    imageTokenId: 5,
    visionStartTokenId: 3,
    visionEndTokenId: 4,
    hiddenAct: 'silu',
    vision: {
      depth: 1,
      hiddenSize: 16,
      intermediateSize: 32,
      numHeads: 2,
      headDim: 8,
      inChannels: 3,
      outHiddenSize: 32,
      patchSize: 14,
      spatialMergeSize: 2,
      temporalPatchSize: 2,
      windowSize: 112,
      fullAttentionBlocks: [0],
      hiddenAct: 'silu',
      ropeTheta: 10_000,
    },
    ...changes,
  };
}
