import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { TensorComponent } from '../checkpoint/tensor-index.js';
import { deadReason } from './dead-tensors.js';
import { GraphBuilder, type ComputeType } from './graph-builder.js';
import { denoiser } from './networks/denoiser.js';
import type { LayerRange } from './networks/layer-range.js';
import { languageModel } from './networks/language-model.js';
import { modulation } from './networks/modulation.js';
import { promptProjection } from './networks/prompt-projection.js';
import { vaeDecoder } from './networks/vae-decoder.js';
import { vaeEncoder } from './networks/vae-encoder.js';
import { visionTower } from './networks/vision-tower.js';
import { Weights, type WeightStorage } from './weights.js';

export const GRAPH_NAMES = [
  'visionTower',
  'languageModel',
  'promptProjection',
  'modulation',
  'denoiser',
  'vaeEncoder',
  'vaeDecoder',
] as const;

export type GraphName = (typeof GRAPH_NAMES)[number];

export interface CheckpointGraphs {
  /** Encoded ModelProtos; their initializers' files lie below the checkpoint's root. */
  readonly models: Readonly<Record<GraphName, Uint8Array>>;
  /** Tensors that nothing reads and that are not known to be dead, as `component: name`. */
  readonly unexpected: readonly string[];
}

/**
 * Builds every graph of an edit pipeline from a checkpoint's configs. Reads no weights.
 * @param storage where the initializers lie; the checkpoint's root is the sessions' folder unless given
 * @throws CheckpointError naming the first tensor that is missing, misshapen or of a wrong type
 */
export function buildGraphs(
  checkpoint: Checkpoint,
  computeType: ComputeType,
  storage?: WeightStorage,
): CheckpointGraphs {
  const weights: Record<TensorComponent, Weights> = {
    text_encoder: new Weights(checkpoint.textEncoder.tensors, storage),
    transformer: new Weights(checkpoint.transformer.tensors, storage),
    vae: new Weights(checkpoint.vae.tensors, storage),
  };
  const build = (name: GraphName, network: (graph: GraphBuilder) => void): Uint8Array => {
    const graph = new GraphBuilder(name, computeType);
    network(graph);
    return graph.encode();
  };
  const textEncoder = checkpoint.textEncoder.config;
  const transformer = checkpoint.transformer.config;
  const vae = checkpoint.vae.config;
  const models: Record<GraphName, Uint8Array> = {
    visionTower: build('visionTower', (graph) => visionTower(graph, weights.text_encoder, textEncoder.vision)),
    languageModel: build('languageModel', (graph) => languageModel(graph, weights.text_encoder, textEncoder)),
    promptProjection: build('promptProjection', (graph) => promptProjection(graph, weights.transformer, transformer)),
    modulation: build('modulation', (graph) => modulation(graph, weights.transformer, transformer)),
    denoiser: build('denoiser', (graph) => denoiser(graph, weights.transformer, transformer)),
    vaeEncoder: build('vaeEncoder', (graph) => vaeEncoder(graph, weights.vae, vae)),
    vaeDecoder: build('vaeDecoder', (graph) => vaeDecoder(graph, weights.vae, vae)),
  };
  const unexpected = Object.entries(weights).flatMap(([component, of]) =>
    of
      .left()
      .filter((name) => deadReason(component as TensorComponent, name, transformer.numLayers) === undefined)
      .map((name) => `${component}: ${name}`),
  );
  return { models, unexpected };
}

/**
 * Builds the denoiser as several graphs, one for each range of its layers; together they are buildGraphs' one.
 * @throws CheckpointError as buildGraphs
 */
export function buildDenoiserParts(
  { transformer }: Checkpoint,
  computeType: ComputeType,
  ranges: readonly LayerRange[],
  storage?: WeightStorage,
): Uint8Array[] {
  const weights = new Weights(transformer.tensors, storage);
  return ranges.map((range) => {
    const graph = new GraphBuilder('denoiser', computeType);
    denoiser(graph, weights, transformer.config, range);
    return graph.encode();
  });
}
