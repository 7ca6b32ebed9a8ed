import { ConfigReader } from './config-reader.js';

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

const VISION_HEAD_PARTS = 4;

/**
 * Reads text_encoder/config.json as transformers 5's Qwen2_5_VLConfig does, with that class's defaults. transformers 4
 * wrote the language model's keys at the top (rope_theta, rope_scaling); transformers 5 writes them into `text_config`
 * (rope_parameters), which is the one that counts where there are both.
 * @throws CheckpointError for a value that is malformed or that asks for something not implemented
 */
export function parseTextEncoderConfig(config: ConfigReader): TextEncoderConfig {
  refuseOtherModels(config);
  const text = config.section('text_config') ?? config;
  const hiddenSize = text.integer('hidden_size', 8192);
  const numHeads = text.integer('num_attention_heads', 64);
  const numKvHeads = text.isNull('num_key_value_heads') ? numHeads : text.integer('num_key_value_heads', 8);
  const headDim = headDimension(text, 'num_attention_heads', hiddenSize, numHeads, 2);
  if (numHeads % numKvHeads !== 0) {
    text.refuse('num_key_value_heads', `a divisor of num_attention_heads (${numHeads})`);
  }
  refuseSlidingWindows(text);
  return {
    hiddenSize,
    intermediateSize: text.integer('intermediate_size', 29568),
    numLayers: text.integer('num_hidden_layers', 80),
    numHeads,
    numKvHeads,
    headDim,
    vocabSize: text.integer('vocab_size', 152064),
    rmsNormEps: text.number('rms_norm_eps', 1e-5, { above: 0 }),
    ...parseTextRope(text, headDim),
    imageTokenId: config.integer('image_token_id', 151655, { min: 0 }),
    visionStartTokenId: config.integer('vision_start_token_id', 151652, { min: 0 }),
    visionEndTokenId: config.integer('vision_end_token_id', 151653, { min: 0 }),
    hiddenAct: text.oneOf('hidden_act', 'silu', ['silu']),
    vision: parseVision(config.section('vision_config') ?? new ConfigReader(config.label, {}), hiddenSize),
  };
}

function refuseOtherModels(config: ConfigReader): void {
  config.oneOf('model_type', 'qwen2_5_vl', ['qwen2_5_vl']);
  if (config.has('quantization_config') && !config.isNull('quantization_config')) {
    throw config.error('quantization_config', 'is set; quantized checkpoints are not supported');
  }
}

function refuseSlidingWindows(text: ConfigReader): void {
  if (!text.isNull('use_sliding_window')) {
    text.mustBe('use_sliding_window', false);
  }
  const layerTypes = text.raw('layer_types') ?? [];
  if (!Array.isArray(layerTypes) || layerTypes.some((type) => type !== 'full_attention')) {
    text.refuse('layer_types', '"full_attention" in every layer', 'only');
  }
}

function headDimension(config: ConfigReader, headsKey: string, width: number, heads: number, factor: number): number {
  const headDim = width / heads;
  if (!Number.isInteger(headDim) || headDim % factor !== 0) {
    config.refuse(headsKey, `a divisor of hidden_size (${width}) that leaves heads of a multiple of ${factor}`);
  }
  // Attention goes by hidden_size / heads, but the rotary embedding would go by this.
  if (config.has('head_dim') && config.raw('head_dim') !== headDim) {
    config.refuse('head_dim', `hidden_size / ${headsKey} (${headDim})`, 'only');
  }
  return headDim;
}

function parseTextRope(text: ConfigReader, headDim: number): Pick<TextEncoderConfig, 'ropeTheta' | 'mropeSection'> {
  const found = text.section('rope_scaling') ?? text.section('rope_parameters');
  const rope = found ?? new ConfigReader(text.label, {});
  const typeKey = rope.has('rope_type') ? 'rope_type' : 'type';
  rope.oneOf(typeKey, 'default', ['default', 'mrope']);
  const theta = rope.has('rope_theta') ? rope : text;
  const mropeSection = rope.threeIntegers('mrope_section', [16, 24, 24]);
  const [time, row, column] = mropeSection;
  if (2 * (time + row + column) !== headDim) {
    rope.refuse('mrope_section', `three integers with the sum ${headDim / 2} (half of a head's ${headDim} values)`);
  }
  return { ropeTheta: theta.number('rope_theta', 1e6, { above: 0 }), mropeSection };
}

function parseVision(config: ConfigReader, textHiddenSize: number): VisionConfig {
  const hiddenSize = config.integer('hidden_size', 3584);
  const numHeads = config.integer('num_heads', 16);
  const patchSize = config.integer('patch_size', 14);
  const spatialMergeSize = config.integer('spatial_merge_size', 2);
  const outHiddenSize = config.integer('out_hidden_size', 3584);
  if (outHiddenSize !== textHiddenSize) {
    config.refuse('out_hidden_size', `the language model's hidden_size (${textHiddenSize})`);
  }
  const token = patchSize * spatialMergeSize;
  const rope = config.section('rope_parameters') ?? new ConfigReader(config.label, {});
  rope.oneOf('rope_type', 'axial', ['axial', 'default']);
  const inChannels = config.oneOf('in_channels', 3, [3]);
  return {
    depth: config.integer('depth', 32),
    hiddenSize,
    intermediateSize: config.integer('intermediate_size', 3420),
    numHeads,
    headDim: headDimension(config, 'num_heads', hiddenSize, numHeads, VISION_HEAD_PARTS),
    inChannels,
    outHiddenSize,
    patchSize,
    spatialMergeSize,
    temporalPatchSize: config.integer('temporal_patch_size', 2),
    windowSize: config.integer('window_size', 112, { min: token }),
    fullAttentionBlocks: config.integers('fullatt_block_indexes', [7, 15, 23, 31], { min: 0 }),
    hiddenAct: config.oneOf('hidden_act', 'silu', ['silu']),
    ropeTheta: (rope.has('rope_theta') ? rope : config).number('rope_theta', 10_000, { above: 0 }),
  };
}
