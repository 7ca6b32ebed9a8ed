import type { Precision } from '../../config/device-settings.js';
import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import type { TensorEntry } from '../../checkpoint/tensor-index.js';
import { GRAPH_NAMES, type GraphName } from '../../graph/checkpoint-graphs.js';
import { deadReason } from '../../graph/dead-tensors.js';
import { blockOfTensor, graphOfTensor } from '../../graph/graph-of-tensor.js';
import type { DeviceKind } from './served-precisions.js';

/** Bytes of weights in memory. */
export interface WeightBytes {
  readonly graphs: Readonly<Record<GraphName, number>>;
  /** Of the denoiser's: each transformer block. */
  readonly layers: readonly number[];
  /** Of the denoiser's: what stands before the first block and behind the last. */
  readonly ends: number;
}

/** Graphs whose linear layers are quantized in int8 and int4: together they hold 99 % of the parameters. */
const QUANTIZED_GRAPHS: readonly GraphName[] = ['visionTower', 'languageModel', 'modulation', 'denoiser'];
/** Weights that share one scale, and the bytes of a scale, in MatMulNBits. */
const BLOCK = 32;
const SCALE_BYTES = 2;

/** What the graphs' weights take in memory, counted from the checkpoint's tensors; dead ones are never loaded. */
export function weightBytes(checkpoint: Checkpoint, precision: Precision, device: DeviceKind): WeightBytes {
  const { numLayers } = checkpoint.transformer.config;
  const graphs = Object.fromEntries(GRAPH_NAMES.map((graph) => [graph, 0])) as Record<GraphName, number>;
  const layers = Array<number>(numLayers).fill(0);
  for (const { tensors } of [checkpoint.textEncoder, checkpoint.transformer, checkpoint.vae]) {
    for (const name of tensors.names()) {
      const tensor = tensors.get(name);
      const graph = graphOfTensor(tensors.component, name);
      if (tensor === undefined || graph === undefined) continue;
      if (deadReason(tensors.component, name, numLayers) !== undefined) continue;
      const bytes = tensorBytes(graph, name, tensor, precision, device);
      graphs[graph] += bytes;
      const block = graph === 'denoiser' ? blockOfTensor(name) : undefined;
      if (block !== undefined) layers[block] = (layers[block] ?? 0) + bytes;
    }
  }
  return { graphs, layers, ends: graphs.denoiser - layers.reduce((sum, bytes) => sum + bytes, 0) };
}

function tensorBytes(
  graph: GraphName,
  name: string,
  { shape, length }: TensorEntry,
  precision: Precision,
  device: DeviceKind,
): number {
  // Its rows are picked as they are stored.
  if (name === 'language_model.embed_tokens.weight') return length;
  const elements = shape.reduce((product, size) => product * size, 1);
  const isQuantized =
    (precision === 'int8' || precision === 'int4') && QUANTIZED_GRAPHS.includes(graph) && shape.length === 2;
  if (!isQuantized) return elements * elementBytes(precision, device);
  if (device === 'cpu') return elements * quantizedBytes(precision) + (shape[0] ?? 0) * Float32Array.BYTES_PER_ELEMENT;
  return elements * (quantizedBytes(precision) + SCALE_BYTES / BLOCK);
}

/** Bytes of a value that is not quantized: the CPU computes in float32, a GPU in bfloat16 unless it is told otherwise. */
export function elementBytes(precision: Precision, device: DeviceKind): number {
  return device === 'cpu' || precision === 'fp32' ? 4 : 2;
}

/** Bytes of a quantized weight. */
function quantizedBytes(precision: Precision): number {
  return precision === 'int4' ? 0.5 : 1;
}
