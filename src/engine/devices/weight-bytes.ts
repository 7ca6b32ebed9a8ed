import type { DeviceKind, Precision } from '../../protocol/device-settings.js';
import type { Lora } from '../../checkpoint/lora/lora-folder.js';
import {
  GRAPH_NAMES,
  isTextGraph,
  ofEachGraph,
  type GraphName,
  type GraphTensors,
} from '../../graph/checkpoint-graphs.js';
import { ELEMENT_BYTES, elementCount } from '../../graph/element-type.js';
import { quantizedTypes, type LinearFormat } from '../../graph/quantization/linear-format.js';
import type { ComputeType } from '../../graph/graph-builder.js';
import { linearRecipe, sensitiveBytes } from '../../graph/quantization/linear-recipe.js';
import { FLOATS } from '../../graph/weight-forms/floats.js';
import { formOfWeight } from '../../graph/weight-forms/form-of-weight.js';
import { storedType } from '../../graph/stored-type.js';
import type { WeightForm } from '../../graph/weight-forms/weight-form.js';
import type { TensorUse } from '../../graph/weights.js';
import { precisionFormat } from './precisions.js';
import { pagedBytes } from './runs/arena.js';

/** Factors of a single LoRA in a layer. */
const PAIR = 2;

/** Bytes of weights in memory. */
export interface WeightBytes {
  readonly graphs: Readonly<Record<GraphName, number>>;
  /** Of the denoiser's: each transformer block. */
  readonly layers: readonly number[];
  /** Of the denoiser's: what stands before the first block and behind the last. */
  readonly ends: number;
  /**
   * What a graph's session makes on the host when it is loaded, all of it at once: weights of another type than the one that is
   * computed in, and the stacked factors of several LoRAs.
   */
  readonly madeOnHost: Readonly<Record<GraphName, number>>;
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
  const madeOnHost = ofEachGraph(() => 0);
  const layers: number[] = [];
  const ofLoras = loraElements(loras);
  // On a GPU each array is an allocation of its own.
  const allocated = device === 'cuda' ? pagedBytes : (bytes: number) => bytes;
  const sum = (arrays: readonly number[]): number => total(arrays.map(allocated));
  for (const use of read) {
    const factors = ofLoras.get(use.name)?.map((elements) => elements * ELEMENT_BYTES[computeType]) ?? [];
    const arrays = tensorArrays(use, computeType);
    const weight = sum(arrays) + (mayBeSensitive(use) ? added * elementsOf(use) : 0);
    const bytes = Math.ceil(weight) + sum(factors);
    graphs[use.graph] += bytes;
    madeOnHost[use.graph] += total(castArrays(use, arrays, computeType)) + (factors.length > PAIR ? total(factors) : 0);
    const { makesFloats } = formOf(use, computeType);
    if (makesFloats === 'operator' || makesFloats === 'operators') {
      castAtRun[use.graph] = Math.max(castAtRun[use.graph], elementsOf(use) * ELEMENT_BYTES[computeType]);
    }
    if (use.graph === 'denoiser' && use.block !== null) layers[use.block] = (layers[use.block] ?? 0) + bytes;
  }
  const ends = graphs.denoiser - layers.reduce((sum, bytes) => sum + bytes, 0);
  return { graphs, layers, ends, madeOnHost, castAtRun };
}

/** Bytes of all LoRAs, those too that no graph reads. */
export function loraBytes(loras: readonly Lora[], precision: Precision, device: DeviceKind): number {
  const elements = [...loraElements(loras).values()].flat().reduce((sum, each) => sum + each, 0);
  return elements * ELEMENT_BYTES[precisionFormat(precision, device).computeType];
}

/** Elements of each of the LoRAs' factors by the weights that they change. */
function loraElements(loras: readonly Lora[]): Map<string, number[]> {
  const elements = new Map<string, number[]>();
  for (const { pairs } of loras) {
    for (const [module, { down, up }] of pairs) {
      const name = `${module}.weight`;
      elements.set(name, [...(elements.get(name) ?? []), elementCount(down.shape), elementCount(up.shape)]);
    }
  }
  return elements;
}

/** Bytes of the arrays that hold a tensor. */
function tensorArrays(use: ReadTensor, computeType: ComputeType): readonly number[] {
  if (use.kind === 'table') return [use.tensor.length];
  return formOf(use, computeType).arrays(use.tensor.shape, computeType);
}

/** Those of a tensor's arrays that are cast when they are loaded: floats of another type, and beside codes scales and addends. */
function castArrays(
  { kind, tensor, format }: ReadTensor,
  arrays: readonly number[],
  computeType: ComputeType,
): readonly number[] {
  if (format !== undefined) return quantizedTypes(format).scales === computeType ? [] : arrays.slice(1);
  if (kind === 'table' || storedType(tensor.dtype) === computeType) return arrays.slice(1);
  return storedType(tensor.dtype) === undefined ? arrays.slice(1) : arrays;
}

const total = (bytes: readonly number[]): number => bytes.reduce((sum, each) => sum + each, 0);

const formOf = ({ kind, tensor, format }: ReadTensor, computeType: ComputeType): WeightForm =>
  kind === 'linear' ? formOfWeight(tensor, computeType, format) : FLOATS;

const mayBeSensitive = ({ graph, format }: ReadTensor): boolean => format?.kind === 'blocks' && !isTextGraph(graph);

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
