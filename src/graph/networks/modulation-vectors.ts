import type { TransformerConfig } from '../../checkpoint/transformer-config.js';
import type { GraphBuilder, Value } from '../graph-builder.js';
import { split } from '../ops.js';
import type { LayerRange } from './layer-range.js';
import { blockVectors, modulationLength, OUT_VECTORS } from './modulation-layout.js';

/** Gives the vectors of the step's modulation that these layers need, one after the other: norm_out's, then the blocks'. */
export function modulationVectors(
  graph: GraphBuilder,
  config: TransformerConfig,
  { first, end }: LayerRange,
): () => Value {
  const { innerDim: width, numLayers } = config;
  const before = blockVectors(config, 0, first);
  const own = blockVectors(config, first, end);
  const behind = blockVectors(config, end, numLayers);
  const ones = (count: number): number[] => Array<number>(count).fill(1);
  const counts = [...ones(OUT_VECTORS), before, ...ones(own), behind].filter((count) => count > 0);
  const all = graph.input('modulation', 'float32', [modulationLength(config)]);
  const parts = split(
    all,
    counts.map((count) => count * width),
    0,
  );
  if (before > 0) parts.splice(OUT_VECTORS, 1);
  const vectors = parts.slice(0, OUT_VECTORS + own).values();
  return () => {
    const vector = vectors.next();
    if (vector.done === true) throw new Error('The modulation vector is shorter than the blocks need');
    return vector.value;
  };
}
