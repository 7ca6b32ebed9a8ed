import type { TransformerConfig } from '../../checkpoint/transformer-config.js';
import type { GraphBuilder, Value } from '../graph-builder.js';
import { split } from '../ops.js';
import type { LayerRange } from './layer-range.js';
import {
  blockModulation,
  blockPieceCount,
  modulationLength,
  outModulation,
  outPieces,
  type BlockModulation,
  type OutModulation,
} from './modulation-layout.js';

/** A step's modulation as far as some of the blocks need it, [innerDim] each. */
export interface StepModulation {
  readonly out: OutModulation<Value>;
  /** Those of the range, in order. */
  readonly blocks: readonly BlockModulation<Value>[];
}

/**
 * Declares an input [modulationLength] and cuts it into its pieces by name.
 * @param name `modulation`, of the step's timestep; `reference_modulation`, of timestep 0
 */
export function modulationInput(
  graph: GraphBuilder,
  config: TransformerConfig,
  layers: LayerRange,
  name: 'modulation' | 'reference_modulation',
): StepModulation {
  const { innerDim: width, numLayers } = config;
  const outCount = outPieces().length;
  const before = blockPieceCount(config, 0, layers.first);
  const own = blockPieceCount(config, layers.first, layers.end);
  const behind = blockPieceCount(config, layers.end, numLayers);
  const ones = (count: number): number[] => Array<number>(count).fill(1);
  // Other blocks' pieces stay together.
  const counts = [...ones(outCount), before, ...ones(own), behind].filter((count) => count > 0);
  const sizes = counts.map((count) => count * width);
  const parts = split(graph.input(name, 'float32', [modulationLength(config)]), sizes, 0);
  if (before > 0) parts.splice(outCount, 1);
  const pieces = parts.values();
  const next = (): Value => {
    const piece = pieces.next();
    if (piece.done === true) throw new Error('The modulation has fewer pieces than its layout');
    return piece.value;
  };
  const out = outModulation(next);
  const blocks: BlockModulation<Value>[] = [];
  for (let block = layers.first; block < layers.end; block += 1) blocks.push(blockModulation(config, block, next));
  return { out, blocks };
}
