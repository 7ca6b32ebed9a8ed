import type { LinearFormat } from './linear-format.js';
import type { LinearRecipe } from './quantized-layout.js';

/** The ways in which a checkpoint's linear layers are quantized: with integers multiplied on the CPU, or in blocks for any device. */
export type Quantization = 'int8-dynamic' | 'int8-blocks' | 'int4-blocks';

const BLOCKS_8: LinearFormat = { kind: 'blocks', bits: 8, blockSize: 128 };
/** Short blocks: at 4 bits the picture hears the difference. */
const BLOCKS_4: LinearFormat = { kind: 'blocks', bits: 4, blockSize: 32 };
const CHANNELS: LinearFormat = { kind: 'channels' };

/** The linear layers that make up the networks. What stands before the first block and behind the last stays whole: it is small, and all that the model sees and says goes through it. */
const BLOCK_LAYERS: Readonly<Record<string, RegExp>> = {
  visionTower: /^visual\.(blocks|merger)\./,
  languageModel: /^language_model\.layers\./,
  modulation: /^transformer_blocks\./,
  denoiser: /^transformer_blocks\./,
};

/**
 * Which linear layers are quantized, and how.
 * Only the denoiser's inputs may be rounded: it runs at every step, so it has the most to gain. The text encoder runs once a
 * prompt and its inputs have values far outside of the rest; the modulation runs once a schedule on a few rows.
 * @param kept weights that stay whole
 */
export function linearRecipe(quantization: Quantization, kept: ReadonlySet<string> = new Set()): LinearRecipe {
  return (graph, tensor) => {
    if (BLOCK_LAYERS[graph]?.test(tensor) !== true || kept.has(tensor)) return undefined;
    if (quantization === 'int4-blocks') return BLOCKS_4;
    return quantization === 'int8-dynamic' && graph === 'denoiser' ? CHANNELS : BLOCKS_8;
  };
}
