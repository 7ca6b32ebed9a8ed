import type { Lora } from '../../../checkpoint/lora/lora-folder.js';
import { GRAPH_NAMES, isTextGraph, type GraphName, type GraphTensors } from '../../../graph/checkpoint-graphs.js';
import type { ComputeType } from '../../../graph/graph-builder.js';
import type { LinearFormat } from '../../../graph/quantization/linear-format.js';
import { FINER_BITS, finerFormat, linearRecipe } from '../../../graph/quantization/linear-recipe.js';
import { formOfWeight } from '../../../graph/weight-forms/form-of-weight.js';
import type { Precision } from '../../../protocol/device-settings.js';
import { precisionFormat } from '../precisions.js';
import { PLAIN_LINEAR, type LinearRun } from './linear-run.js';

type FormatOf = (graph: GraphName, tensor: string) => LinearFormat | undefined;

/** What the linear layers of a checkpoint's networks take, by the layer's name. */
export type LinearRuns = (layer: string) => LinearRun;

/**
 * What each linear layer takes beside its input and its result on a GPU, all LoRAs used. Of quantized weights two answers, as the
 * arena's growth depends on which piece a tensor happens to fit into: of 4 bits also as if all that can turn out to be sensitive
 * were; of 8 bits also as if their floats were there while the product runs and not before it.
 */
export function linearRuns(tensors: GraphTensors, loras: readonly Lora[], precision: Precision): readonly LinearRuns[] {
  const { computeType, quantization } = precisionFormat(precision, 'cuda');
  if (quantization === undefined) return [runsOf(tensors, loras, computeType, () => undefined)];
  const recipe = linearRecipe(quantization);
  const other: FormatOf = (graph, tensor) => {
    const format = recipe(graph, tensor);
    if (format?.kind !== 'blocks') return format;
    if (format.bits === FINER_BITS) return { ...format, floatsBy: 'kernel' };
    return isTextGraph(graph) ? format : finerFormat(quantization);
  };
  return [recipe, other].map((each) => runsOf(tensors, loras, computeType, each));
}

function runsOf(tensors: GraphTensors, loras: readonly Lora[], computeType: ComputeType, recipe: FormatOf): LinearRuns {
  const ofLoras = loraRanks(loras);
  const runs = new Map<string, LinearRun>();
  for (const graph of GRAPH_NAMES) {
    for (const use of tensors[graph].filter(({ kind }) => kind === 'linear')) {
      const layer = use.name.replace(/\.weight$/, '');
      const format = use.mayBeQuantized ? recipe(graph, use.name) : undefined;
      const { makesFloats, floatsBlock, addendBlock } = formOfWeight(use.tensor, computeType, format);
      const addendBlocks = addendBlock === null ? 0 : (use.tensor.shape[1] ?? 0) / addendBlock;
      runs.set(layer, { makesFloats, floatsBlock, addendBlocks, lora: ofLoras.get(layer) ?? null });
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
