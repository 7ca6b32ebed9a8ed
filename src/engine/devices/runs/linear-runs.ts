import type { Lora } from '../../../checkpoint/lora/lora-folder.js';
import { GRAPH_NAMES, type GraphTensors } from '../../../graph/checkpoint-graphs.js';
import { linearRecipe } from '../../../graph/quantization/linear-recipe.js';
import { formOfWeight } from '../../../graph/weight-forms/form-of-weight.js';
import type { Precision } from '../../../protocol/device-settings.js';
import { precisionFormat } from '../precisions.js';
import { PLAIN_LINEAR, type LinearRun } from './linear-run.js';

/** What the linear layers of a checkpoint's networks take, by the layer's name. */
export type LinearRuns = (layer: string) => LinearRun;

/** What each linear layer takes beside its input and its result on a GPU, all LoRAs used. */
export function linearRuns(tensors: GraphTensors, loras: readonly Lora[], precision: Precision): LinearRuns {
  const { computeType, quantization } = precisionFormat(precision, 'cuda');
  const recipe = quantization === undefined ? () => undefined : linearRecipe(quantization);
  const ofLoras = loraRanks(loras);
  const runs = new Map<string, LinearRun>();
  for (const graph of GRAPH_NAMES) {
    for (const use of tensors[graph].filter(({ kind }) => kind === 'linear')) {
      const layer = use.name.replace(/\.weight$/, '');
      const format = use.mayBeQuantized ? recipe(graph, use.name) : undefined;
      const { makesFloats, addendBlock } = formOfWeight(use.tensor, computeType, format);
      const addendBlocks = addendBlock === null ? 0 : (use.tensor.shape[1] ?? 0) / addendBlock;
      runs.set(layer, { makesFloats, addendBlocks, lora: ofLoras.get(layer) ?? null });
    }
  }
  return (layer) => runs.get(layer) ?? PLAIN_LINEAR;
}

/** The ranks that all LoRAs together have in a layer. */
function loraRanks(loras: readonly Lora[]): Map<string, NonNullable<LinearRun['lora']>> {
  const ranks = new Map<string, NonNullable<LinearRun['lora']>>();
  for (const { pairs } of loras) {
    for (const [module, { rank }] of pairs) {
      const others = ranks.get(module);
      ranks.set(module, { ranks: (others?.ranks ?? 0) + rank, isStacked: others !== undefined });
    }
  }
  return ranks;
}
