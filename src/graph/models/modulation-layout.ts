import type { TransformerConfig } from '../../checkpoint/transformer-config.js';

/**
 * How all of a step's modulation lies in one vector, which the modulation graph writes and the denoiser reads:
 * norm_out's scale and shift, then for each block the picture's shift, scale, gate of norm 1 and norm 2 and the text's
 * (in the last block the text's first two only: nothing reads its stream after the attention). Each is innerDim long.
 */
export function modulationLength(config: TransformerConfig): number {
  const parts = Array.from({ length: config.numLayers }, (_, layer) => 6 + textParts(config, layer));
  return config.innerDim * (parts.reduce((sum, count) => sum + count, 0) + 2);
}

/** Vectors of the text's modulation that block `layer` needs: the last one's text only feeds keys and values. */
export function textParts(config: TransformerConfig, layer: number): 2 | 6 {
  return layer === config.numLayers - 1 ? 2 : 6;
}
