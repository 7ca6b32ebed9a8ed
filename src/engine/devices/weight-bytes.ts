import type { Precision } from '../../config/device-settings.js';
import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import type { TensorEntry } from '../../checkpoint/tensor-index.js';
import { GRAPH_NAMES, type GraphName } from '../../graph/checkpoint-graphs.js';
import { deadReason } from '../../graph/dead-tensors.js';
import { blockOfTensor, graphOfTensor } from '../../graph/graph-of-tensor.js';
import { BLOCKS_4, FINER_BLOCKS, FINER_SHARE, linearRecipe } from '../../graph/quantization/linear-recipe.js';
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
  const quantization = quantizationOf(precision, device);
  const [rows, columns] = shape;
  const isMatrix = rows !== undefined && columns !== undefined && shape.length === 2;
  const format = quantization === undefined || !isMatrix ? undefined : linearRecipe(quantization)(graph, name);
  if (format !== undefined && isMatrix) {
    const bytesAs = (as: LinearFormat): number => {
      const { codes, scales } = quantizedSize(as, rows, columns);
      return codes + scales * elementBytes(precision, device);
    };
    // Which of the transformer's weights get more bits, only their values can tell: as many as may.
    const finer = format === BLOCKS_4 && !TEXT_GRAPHS.includes(graph) ? FINER_SHARE : 0;
    return Math.ceil((1 - finer) * bytesAs(format) + finer * bytesAs(FINER_BLOCKS));
  }
  return shape.reduce((product, size) => product * size, 1) * elementBytes(precision, device);
}

/** Bytes of a value that is not quantized: the CPU computes in float32, a GPU in bfloat16 unless it is told otherwise. */
export function elementBytes(precision: Precision, device: DeviceKind): number {
  return device === 'cpu' || precision === 'fp32' ? 4 : 2;
}
