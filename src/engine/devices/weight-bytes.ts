import type { Precision } from '../../protocol/device-settings.js';
import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import type { TensorEntry } from '../../checkpoint/tensor-index.js';
import { GRAPH_NAMES, type GraphName } from '../../graph/checkpoint-graphs.js';
import { deadReason } from '../../graph/dead-tensors.js';
import { blockOfTensor, graphOfTensor } from '../../graph/graph-of-tensor.js';
import { linearRecipe, sensitiveBytes, type Quantization } from '../../graph/quantization/linear-recipe.js';
import type { LinearFormat } from '../../graph/quantization/linear-format.js';
import { quantizedSize } from '../../graph/quantization/quantized-layout.js';
import { quantizationOf } from './quantization-of.js';
import type { DeviceKind } from './served-precisions.js';

const TEXT_GRAPHS: readonly GraphName[] = ['visionTower', 'languageModel'];

/** Bytes of weights in memory. */
export interface WeightBytes {
  readonly graphs: Readonly<Record<GraphName, number>>;
  /** Of the denoiser's: each transformer block. */
  readonly layers: readonly number[];
  /** Of the denoiser's: what stands before the first block and behind the last. */
  readonly ends: number;
}

/** A tensor that some graph reads, and how its weight is quantized, if it is. */
interface ReadTensor {
  readonly graph: GraphName;
  readonly name: string;
  readonly tensor: TensorEntry;
  readonly format: LinearFormat | undefined;
}

/** What the graphs' weights take in memory, counted from the checkpoint's tensors; dead ones are never loaded. */
export function weightBytes(checkpoint: Checkpoint, precision: Precision, device: DeviceKind): WeightBytes {
  const { numLayers } = checkpoint.transformer.config;
  const graphs = Object.fromEntries(GRAPH_NAMES.map((graph) => [graph, 0])) as Record<GraphName, number>;
  const layers = Array<number>(numLayers).fill(0);
  const tensors = [...readTensors(checkpoint, quantizationOf(precision, device))];
  const element = elementBytes(precision, device);
  const added = bytesForSensitive(tensors, element);
  for (const read of tensors) {
    const bytes = Math.ceil(tensorBytes(read, element) + (mayBeSensitive(read) ? added * elementsOf(read) : 0));
    graphs[read.graph] += bytes;
    const block = read.graph === 'denoiser' ? blockOfTensor(read.name) : undefined;
    if (block !== undefined) layers[block] = (layers[block] ?? 0) + bytes;
  }
  return { graphs, layers, ends: graphs.denoiser - layers.reduce((sum, bytes) => sum + bytes, 0) };
}

function* readTensors(checkpoint: Checkpoint, quantization: Quantization | undefined): Generator<ReadTensor> {
  const recipe = quantization === undefined ? () => undefined : linearRecipe(quantization);
  for (const { tensors } of [checkpoint.textEncoder, checkpoint.transformer, checkpoint.vae]) {
    for (const name of tensors.names()) {
      const tensor = tensors.get(name);
      const graph = graphOfTensor(tensors.component, name);
      if (tensor === undefined || graph === undefined) continue;
      if (deadReason(tensors.component, name, checkpoint.transformer.config.numLayers) !== undefined) continue;
      yield { graph, name, tensor, format: tensor.shape.length === 2 ? recipe(graph, name) : undefined };
    }
  }
}

function tensorBytes({ name, tensor, format }: ReadTensor, element: number): number {
  // Its rows are picked as they are stored.
  if (name === 'language_model.embed_tokens.weight') return tensor.length;
  const [rows = 1, columns = 1] = tensor.shape;
  if (format === undefined) return elementsOf({ tensor }) * element;
  const { codes, scales } = quantizedSize(format, rows, columns);
  return codes + scales * element;
}

const mayBeSensitive = ({ graph, format }: ReadTensor): boolean =>
  format?.kind === 'blocks' && !TEXT_GRAPHS.includes(graph);

/**
 * Bytes that each parameter of the transformer in blocks gets on average for those that are sensitive. Which ones are, only
 * their values can tell: the most that there may be. What stays whole grows once more where it is cast to a wider type.
 */
function bytesForSensitive(tensors: readonly ReadTensor[], element: number): number {
  const blocks = tensors.filter(mayBeSensitive);
  const [first] = blocks;
  if (first?.format?.kind !== 'blocks') return 0;
  const codeBytes = first.format.bits / 8;
  const parameters = blocks.reduce((sum, read) => sum + elementsOf(read), 0);
  const storedBytes = first.tensor.length / elementsOf(first);
  const growth = Math.max(1, (element - codeBytes) / (storedBytes - codeBytes));
  return Math.min((growth * sensitiveBytes(parameters)) / parameters, element - codeBytes);
}

const elementsOf = ({ tensor: { shape } }: Pick<ReadTensor, 'tensor'>): number =>
  shape.reduce((product, size) => product * size, 1);

/** Bytes of a value that is not quantized: the CPU computes in float32, a GPU in bfloat16 unless it is told otherwise. */
export function elementBytes(precision: Precision, device: DeviceKind): number {
  return device === 'cpu' || precision === 'fp32' ? 4 : 2;
}
