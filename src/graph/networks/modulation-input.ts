import type { TransformerConfig } from '../../checkpoint/transformer-config.js';
import type { GraphBuilder, Value } from '../graph-builder.js';
import { split } from '../ops.js';
import { packedInput } from '../packed-input.js';
import type { LayerRange } from './layer-range.js';
import {
  blockModulation,
  modulationRange,
  outModulation,
  pieceCount,
  type BlockModulation,
  type OutModulation,
} from './modulation-layout.js';

/** A step's modulation as far as some of the blocks need it, [innerDim] each. */
export interface StepModulation {
  /** Those of the range, in order. */
  readonly blocks: readonly BlockModulation<Value>[];
  /** norm_out's, which only the part with the last block has. */
  readonly out: OutModulation<Value> | null;
}

/**
 * Declares an input with the elements of modulationRange, packed, and cuts it into its pieces by name.
 * @param name `modulation`, of the step's timestep; `reference_modulation`, of timestep 0
 */
export function modulationInput(
  graph: GraphBuilder,
  config: TransformerConfig,
  layers: LayerRange,
  name: 'modulation' | 'reference_modulation',
): StepModulation {
  const { first, end } = modulationRange(config, layers);
  const sizes = Array<number>(pieceCount(config, layers)).fill(config.innerDim);
  const pieces = split(packedInput(graph, name, [end - first]), sizes, 0).values();
  const next = (): Value => {
    const piece = pieces.next();
    if (piece.done === true) throw new Error('The modulation has fewer pieces than its layout');
    return piece.value;
  };
  const blocks: BlockModulation<Value>[] = [];
  for (let block = layers.first; block < layers.end; block += 1) blocks.push(blockModulation(config, block, next));
  return { blocks, out: layers.end === config.numLayers ? outModulation(next) : null };
}
