import { TIMESTEP_CHANNELS, type TransformerConfig } from '../../checkpoint/transformer-config.js';
import type { GraphBuilder, Value } from '../graph-builder.js';
import { silu } from '../nn/activation.js';
import { linear } from '../nn/linear.js';
import { add, concat, split } from '../ops.js';
import { Scope } from '../scope.js';
import type { Weights } from '../weights.js';
import { blockPieces, modulationLength, outPieces, type ModulationPart } from './modulation-layout.js';

/** Pieces that img_mod and txt_mod make: shift, scale and gate of two norms. */
const ROWS_OF_BLOCK = 6;

/**
 * The transformer's modulation linears, a third of its parameters, which see nothing but the timestep: they run once for
 * the whole schedule and need not stay in memory while denoising.
 *
 * Input: timestep_embedding [steps, 256]. Output: modulation [steps, modulationLength], laid out by modulation-layout.ts.
 */
export function modulation(graph: GraphBuilder, weights: Weights, config: TransformerConfig): void {
  const model = new Scope(graph, weights);
  const width = config.innerDim;
  const projected = graph.input('timestep_embedding', 'float32', ['steps', TIMESTEP_CHANNELS]);
  const embedder = model.at('time_text_embed.timestep_embedder');
  const inner = preciseSilu(linear(embedder.at('linear_1'), projected, TIMESTEP_CHANNELS, width));
  const conditioning = preciseSilu(linear(embedder.at('linear_2'), inner, width, width));

  const blocks: Value[] = [];
  for (let block = 0; block < config.numLayers; block += 1) {
    const scope = model.block('transformer_blocks', block);
    for (const layer of ['img_mod.1', 'txt_mod.1'] as const) {
      const parts = blockPieces(config, block).filter((piece) => piece.layer === layer);
      blocks.push(...modulationPieces(scope.at(layer), conditioning, width, ROWS_OF_BLOCK, parts));
    }
  }
  const parts = outPieces().map((part) => ({ part }));
  const out = modulationPieces(model.at('norm_out.linear'), conditioning, width, parts.length, parts);
  const all = concat([...blocks, ...out] as [Value, ...Value[]], 1);
  graph.output('modulation', all, ['steps', modulationLength(config)]);
}

/** Rounded once: these few values modulate everything. */
function preciseSilu(x: Value): Value {
  return x.graph.cast(silu(x.graph.cast(x, 'float32')), x.type);
}

/**
 * The first pieces of what a linear layer makes of the timestep, with 1 added to scales: [steps, innerDim] each.
 * @param rows pieces that the layer has in all
 */
function modulationPieces(
  scope: Scope,
  conditioning: Value,
  width: number,
  rows: number,
  pieces: readonly { readonly part: ModulationPart }[],
): Value[] {
  const all = linear(scope, conditioning, width, rows * width, { usedOutputs: pieces.length * width });
  const parts = split(all, Array<number>(pieces.length).fill(width), 1);
  return parts.map((part, index) => (pieces[index]?.part === 'scale' ? add(part, 1) : part));
}
