import type { DeviceKind, Precision } from '../../protocol/device-settings.js';
import type { Lora } from '../../checkpoint/lora/lora-folder.js';
import { GRAPH_NAMES, ofEachGraph, type GraphName, type GraphTensors } from '../../graph/checkpoint-graphs.js';
import { ELEMENT_BYTES, elementCount } from '../../graph/element-type.js';
import type { LinearFormat } from '../../graph/quantization/linear-format.js';
import type { ComputeType } from '../../graph/graph-builder.js';
import { linearRecipe, sensitiveBytes } from '../../graph/quantization/linear-recipe.js';
import { FLOATS } from '../../graph/weight-forms/floats.js';
import { formOfWeight } from '../../graph/weight-forms/form-of-weight.js';
import type { WeightForm } from '../../graph/weight-forms/weight-form.js';
import type { TensorUse } from '../../graph/weights.js';
import { precisionFormat } from './precisions.js';

/** Graphs of which nothing is sensitive to quantization, as far as is looked for. */
const TEXT_GRAPHS: readonly GraphName[] = ['visionTower', 'languageModel'];

/** Bytes of weights in memory. */
export interface WeightBytes {
  readonly graphs: Readonly<Record<GraphName, number>>;
  /** Of the denoiser's: each transformer block. */
  readonly layers: readonly number[];
  /** Of the denoiser's: what stands before the first block and behind the last. */
  readonly ends: number;
  /** The largest weight that a graph holds in fewer bits and makes floats of when its layer runs: one at a time. */
  readonly castAtRun: Readonly<Record<GraphName, number>>;
}

/** A tensor that a graph reads, and how its weight is quantized, if it is. */
interface ReadTensor extends TensorUse {
  readonly graph: GraphName;
  readonly format: LinearFormat | undefined;
}

/**
 * What the graphs' weights take in memory: every tensor that is read, whole (of the last block's txt_mod a third is read).
 * @param tensors that each graph reads
 * @param loras whose factors are beside them, in what the graphs compute in
 */
export function weightBytes(
  tensors: GraphTensors,
  precision: Precision,
  device: DeviceKind,
  loras: readonly Lora[] = [],
): WeightBytes {
  const { computeType, quantization } = precisionFormat(precision, device);
  const recipe = quantization === undefined ? () => undefined : linearRecipe(quantization);
  const read: ReadTensor[] = GRAPH_NAMES.flatMap((graph) =>
    tensors[graph].map((use) => ({
      ...use,
      graph,
      format: use.mayBeQuantized ? recipe(graph, use.name) : undefined,
    })),
  );
  const added = bytesForSensitive(read, computeType);
  const graphs = ofEachGraph(() => 0);
  const castAtRun = ofEachGraph(() => 0);
  const layers: number[] = [];
  const ofLoras = loraElements(loras);
  for (const use of read) {
    const weight = tensorBytes(use, computeType) + (mayBeSensitive(use) ? added * elementsOf(use) : 0);
    const bytes = Math.ceil(weight) + (ofLoras.get(use.name) ?? 0) * ELEMENT_BYTES[computeType];
    graphs[use.graph] += bytes;
    castAtRun[use.graph] = Math.max(
      castAtRun[use.graph],
      formOf(use, computeType).bytesAtRun(use.tensor.shape, computeType),
    );
    if (use.graph === 'denoiser' && use.block !== null) layers[use.block] = (layers[use.block] ?? 0) + bytes;
  }
  const ends = graphs.denoiser - layers.reduce((sum, bytes) => sum + bytes, 0);
  return { graphs, layers, ends, castAtRun };
}

/** Bytes of all LoRAs, those too that no graph reads. */
export function loraBytes(loras: readonly Lora[], precision: Precision, device: DeviceKind): number {
  const elements = [...loraElements(loras).values()].reduce((sum, each) => sum + each, 0);
  return elements * ELEMENT_BYTES[precisionFormat(precision, device).computeType];
}

/** Elements of the LoRAs' factors by the weights that they change. */
function loraElements(loras: readonly Lora[]): Map<string, number> {
  const elements = new Map<string, number>();
  for (const { pairs } of loras) {
    for (const [module, { down, up }] of pairs) {
      const name = `${module}.weight`;
      elements.set(name, (elements.get(name) ?? 0) + elementCount(down.shape) + elementCount(up.shape));
    }
  }
  return elements;
}

function tensorBytes(use: ReadTensor, computeType: ComputeType): number {
  if (use.kind === 'table') return use.tensor.length;
  return formOf(use, computeType).bytes(use.tensor.shape, computeType);
}

const formOf = ({ kind, tensor, format }: ReadTensor, computeType: ComputeType): WeightForm =>
  kind === 'linear' ? formOfWeight(tensor, computeType, format) : FLOATS;

const mayBeSensitive = ({ graph, format }: ReadTensor): boolean =>
  format?.kind === 'blocks' && !TEXT_GRAPHS.includes(graph);

/**
 * Bytes that each parameter of the transformer in blocks gets on average for those that are sensitive. Which ones are, only
 * their values can tell: the most that there may be. What stays whole grows once more where it is cast to a wider type.
 */
function bytesForSensitive(tensors: readonly ReadTensor[], computeType: ComputeType): number {
  const blocks = tensors.filter(mayBeSensitive);
  const [first] = blocks;
  if (first?.format?.kind !== 'blocks') return 0;
  const codeBytes = first.format.bits / 8;
  const element = ELEMENT_BYTES[computeType];
  const parameters = blocks.reduce((sum, use) => sum + elementsOf(use), 0);
  const storedBytes = first.tensor.length / elementsOf(first);
  const growth = Math.max(1, (element - codeBytes) / (storedBytes - codeBytes));
  return Math.min((growth * sensitiveBytes(parameters)) / parameters, element - codeBytes);
}

const elementsOf = ({ tensor }: TensorUse): number => elementCount(tensor.shape);
