import type { TransformerConfig } from '../../checkpoint/transformer-config.js';
import type { GraphBuilder, Value } from '../graph-builder.js';
import { silu } from '../nn/activation.js';
import { linear } from '../nn/linear.js';
import { add, concat, split } from '../ops.js';
import { Scope } from '../scope.js';
import type { Weights } from '../weights.js';
import { modulationLength, textParts } from './modulation-layout.js';

/** Width of the sinusoidal timestep embedding (diffusers' QwenTimestepProjEmbeddings). */
export const TIMESTEP_CHANNELS = 256;

/**
 * The transformer's modulation linears, a third of its parameters, which see nothing but the timestep: they run once for
 * the whole schedule and need not stay in memory while denoising.
 *
 * Input: timestep_embedding [steps, 256]. Output: modulation [steps, modulationLength], scales with their 1 added.
 */
export function modulation(graph: GraphBuilder, weights: Weights, config: TransformerConfig): void {
  const model = new Scope(graph, weights);
  const width = config.innerDim;
  const projected = graph.input('timestep_embedding', 'float32', ['steps', TIMESTEP_CHANNELS]);
  const embedder = model.at('time_text_embed.timestep_embedder');
  const inner = silu(linear(embedder.at('linear_1'), projected, TIMESTEP_CHANNELS, width));
  const conditioning = silu(linear(embedder.at('linear_2'), inner, width, width));

  const parts: Value[] = [];
  for (let layer = 0; layer < config.numLayers; layer += 1) {
    const block = model.at(`transformer_blocks.${layer}`);
    parts.push(...shiftScaleGates(block.at('img_mod.1'), conditioning, width, 6));
    parts.push(...shiftScaleGates(block.at('txt_mod.1'), conditioning, width, textParts(config, layer)));
  }
  const [scale, shift] = split(linear(model.at('norm_out.linear'), conditioning, width, 2 * width), [width, width], 1);
  if (scale === undefined || shift === undefined) throw new Error('Split has two results');
  graph.output('modulation', concat([add(scale, 1), shift, ...parts], 1), ['steps', modulationLength(config)]);
}

/** Shift, scale and gate of norm 1, then of norm 2, as far as `count` goes; every second of three is a scale. */
function shiftScaleGates(scope: Scope, conditioning: Value, width: number, count: 2 | 6): Value[] {
  const all = linear(scope, conditioning, width, 6 * width, { usedOutputs: count * width });
  return split(all, Array<number>(count).fill(width), 1).map((part, index) => (index % 3 === 1 ? add(part, 1) : part));
}
