import type { TransformerConfig } from '../../checkpoint/transformer-config.js';

/**
 * How all of a step's modulation lies in one vector, which the modulation graph writes and the denoiser reads:
 * norm_out's scale and shift, then for each block the picture's shift, scale, gate of norm 1 and norm 2 and the text's
 * (in the last block the text's first two only: nothing reads its stream after the attention). Each is innerDim long.
 */
export function modulationLength(config: TransformerConfig): number {
  return config.innerDim * (OUT_VECTORS + blockVectors(config, 0, config.numLayers));
}

/** norm_out's scale and shift. */
export const OUT_VECTORS = 2;

/** Vectors of the blocks `first` … `end − 1`. */
export function blockVectors(config: TransformerConfig, first: number, end: number): number {
  let count = 0;
  for (let layer = first; layer < end; layer += 1) count += 6 + textParts(config, layer);
  return count;
}

/** Vectors of the text's modulation that block `layer` needs: the last one's text only feeds keys and values. */
export function textParts(config: TransformerConfig, layer: number): 2 | 6 {
  return layer === config.numLayers - 1 ? 2 : 6;
}
