import { nearestInRange, type SizeRange } from '../images/size-range.js';
import { CheckpointError } from './checkpoint-error.js';
import type { PreprocessorConfig } from './preprocessor-config.js';
import { SERVICE_FILE } from './service-settings.js';
import type { TextEncoderConfig } from './text-encoder-config.js';
import type { TransformerConfig } from './transformer-config.js';
import type { VaeConfig } from './vae-config.js';

/** The configs that must fit each other, with the files that they were read from. */
export interface ComponentConfigs {
  readonly textEncoder: TextEncoderConfig;
  readonly transformer: TransformerConfig;
  readonly vae: VaeConfig;
  readonly preprocessor: PreprocessorConfig;
  readonly labels: {
    readonly textEncoder: string;
    readonly transformer: string;
    readonly vae: string;
    readonly preprocessor: string;
  };
}

/** Latents enter the transformer in squares of 2 × 2 pixels. */
const PACKED_SIDE = 2;
const PACKED_PIXELS = PACKED_SIDE ** 2;

/**
 * Checks the dimensions that two components share.
 * @throws CheckpointError that names both files and keys
 */
export function checkConsistency({ textEncoder, transformer, vae, preprocessor, labels }: ComponentConfigs): void {
  const rules: [label: string, key: string, found: number, expected: number, reason: string][] = [
    [
      labels.transformer,
      'joint_attention_dim',
      transformer.jointAttentionDim,
      textEncoder.hiddenSize,
      `${labels.textEncoder}'s hidden_size`,
    ],
    [labels.transformer, 'in_channels', transformer.inChannels, vae.zDim * PACKED_PIXELS, `4 × ${labels.vae}'s z_dim`],
    [
      labels.preprocessor,
      'patch_size',
      preprocessor.patchSize,
      textEncoder.vision.patchSize,
      `${labels.textEncoder}'s vision_config.patch_size`,
    ],
    [
      labels.preprocessor,
      'merge_size',
      preprocessor.mergeSize,
      textEncoder.vision.spatialMergeSize,
      `${labels.textEncoder}'s vision_config.spatial_merge_size`,
    ],
    [
      labels.preprocessor,
      'temporal_patch_size',
      preprocessor.temporalPatchSize,
      textEncoder.vision.temporalPatchSize,
      `${labels.textEncoder}'s vision_config.temporal_patch_size`,
    ],
  ];
  for (const [label, key, found, expected, reason] of rules) {
    if (found !== expected) {
      throw new CheckpointError(`${label}: ${key} is ${found}, expected ${expected} (${reason})`);
    }
  }
  if (textEncoder.imageTokenId >= textEncoder.vocabSize) {
    throw new CheckpointError(
      `${labels.textEncoder}: image_token_id is ${textEncoder.imageTokenId}, expected less than vocab_size (${textEncoder.vocabSize})`,
    );
  }
}

/**
 * Checks that there are sizes of the range that the autoencoder can make.
 * @throws CheckpointError
 */
export function checkSizeRange(range: SizeRange, { spatialCompression }: VaeConfig): void {
  const multiple = spatialCompression * PACKED_SIDE;
  const side = Math.sqrt(range.minArea);
  if (nearestInRange({ width: side, height: side }, range, multiple) !== null) return;
  throw new CheckpointError(
    `${SERVICE_FILE}: min_area, max_area and max_side leave no size whose sides are multiples of ${multiple}`,
  );
}
