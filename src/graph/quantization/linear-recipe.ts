import type { BlockFormat, LinearFormat } from './linear-format.js';

/** The ways in which a checkpoint's linear layers are quantized: with integers multiplied on the CPU, or in blocks for any device. */
export type Quantization = 'int8-dynamic' | 'int8-blocks' | 'int4-blocks';

const BLOCKS_8: BlockFormat = { kind: 'blocks', bits: 8, blockSize: 128 };
/** Short blocks: at 4 bits the difference can be seen in the picture. */
const BLOCKS_4: BlockFormat = { kind: 'blocks', bits: 4, blockSize: 32 };
/** For weights that 4 bits don't hold well enough. */
export const FINER_BLOCKS: BlockFormat = { kind: 'blocks', bits: 8, blockSize: 32 };
const CHANNELS: LinearFormat = { kind: 'channels' };

/** Half a byte for one in twenty of the transformer's parameters in blocks; the most of a byte that they get on average. */
const ADDED_BYTES_A_PARAMETER = 0.05 * 0.5;
/** Memory that is worth no loss in quality, whatever the checkpoint's size. */
const ADDED_BYTES_AT_LEAST = 2 ** 24;

/**
 * Bytes by which the transformer's weights in blocks may grow for those that are sensitive: a plan for a small GPU counts with it.
 * @param parameters that are to be quantized in blocks
 */
export const sensitiveBytes = (parameters: number): number =>
  Math.max(ADDED_BYTES_AT_LEAST, ADDED_BYTES_A_PARAMETER * parameters);

/** Weights that are too sensitive to be quantized as the others are. */
export interface SensitiveWeights {
  /** They stay as the checkpoint has them. */
  readonly kept: readonly string[];
  /** They get 8 bits where the others get 4. */
  readonly finer: readonly string[];
}

/**
 * What a linear layer's weight in one of a network's blocks is quantized to, by the graph that reads it; undefined where it
 * stays as it is.
 */
export type LinearRecipe = (graph: string, tensor: string) => LinearFormat | undefined;

/**
 * Which linear layers of the blocks are quantized, and how; what stands outside of blocks (Scope.block) is never asked about.
 * Only the denoiser's inputs may be rounded: it runs at every step, so it has the most to gain. The text encoder runs once a
 * prompt and its inputs have values far outside of the rest; the modulation runs once a schedule on a few rows.
 */
export function linearRecipe(
  quantization: Quantization,
  sensitive: SensitiveWeights = { kept: [], finer: [] },
): LinearRecipe {
  const [kept, finer] = [new Set(sensitive.kept), new Set(sensitive.finer)];
  return (graph, tensor) => {
    if (kept.has(tensor)) return undefined;
    if (quantization === 'int4-blocks') return finer.has(tensor) ? FINER_BLOCKS : BLOCKS_4;
    return quantization === 'int8-dynamic' && graph === 'denoiser' ? CHANNELS : BLOCKS_8;
  };
}
