import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { TensorComponent } from '../checkpoint/tensor-index.js';
import { GraphBuilder, type ComputeType } from './graph-builder.js';
import { denoiser } from './networks/denoiser.js';
import type { LayerRange } from './networks/layer-range.js';
import { languageModel } from './networks/language-model.js';
import { modulation } from './networks/modulation.js';
import { promptProjection } from './networks/prompt-projection.js';
import { vaeDecoder } from './networks/vae-decoder.js';
import { vaeEncoder } from './networks/vae-encoder.js';
import { visionTower } from './networks/vision-tower.js';
import { Weights, type TensorUse, type WeightStorage } from './weights.js';

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

/** Something for each graph, made in GRAPH_NAMES' order. */
export function ofEachGraph<T>(make: (graph: GraphName) => T): Record<GraphName, T> {
  return Object.fromEntries(GRAPH_NAMES.map((graph) => [graph, make(graph)])) as Record<GraphName, T>;
}

/** A network, and the component that its tensors are in. */
interface Network {
  readonly component: TensorComponent;
  readonly build: (graph: GraphBuilder, weights: Weights, checkpoint: Checkpoint) => void;
}

const NETWORKS: Readonly<Record<GraphName, Network>> = {
  visionTower: {
    component: 'text_encoder',
    build: (graph, weights, { textEncoder }) => visionTower(graph, weights, textEncoder.config.vision),
  },
  languageModel: {
    component: 'text_encoder',
    build: (graph, weights, { textEncoder }) => languageModel(graph, weights, textEncoder.config),
  },
  promptProjection: {
    component: 'transformer',
    build: (graph, weights, { transformer }) => promptProjection(graph, weights, transformer.config),
  },
  modulation: {
    component: 'transformer',
    build: (graph, weights, { transformer }) => modulation(graph, weights, transformer.config),
  },
  denoiser: {
    component: 'transformer',
    build: (graph, weights, { transformer }) => denoiser(graph, weights, transformer.config),
  },
  vaeEncoder: { component: 'vae', build: (graph, weights, { vae }) => vaeEncoder(graph, weights, vae.config) },
  vaeDecoder: { component: 'vae', build: (graph, weights, { vae }) => vaeDecoder(graph, weights, vae.config) },
};

/** Whether a graph is the text encoder's: sensitive weights are looked for in the others alone. */
export const isTextGraph = (graph: GraphName): boolean => NETWORKS[graph].component === 'text_encoder';

export interface CheckpointGraphs {
  /** Encoded ModelProtos; their initializers' files lie below the checkpoint's root. */
  readonly models: Readonly<Record<GraphName, Uint8Array>>;
  /** Tensors that nothing reads on purpose, as `component: name`, with the reason. */
  readonly dead: ReadonlyMap<string, string>;
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
  const weights = componentWeights(checkpoint, storage);
  const models = ofEachGraph((name) => {
    const { component, build } = NETWORKS[name];
    const graph = new GraphBuilder(name, computeType);
    build(graph, weights[component], checkpoint);
    return graph.encode();
  });
  const dead = new Map<string, string>();
  const unexpected: string[] = [];
  for (const [component, of] of Object.entries(weights)) {
    for (const { name, reason } of of.unread()) {
      if (reason === null) unexpected.push(`${component}: ${name}`);
      else dead.set(`${component}: ${name}`, reason);
    }
  }
  return { models, dead, unexpected };
}

/** The tensors that each graph reads. */
export type GraphTensors = Readonly<Record<GraphName, readonly TensorUse[]>>;

/**
 * Finds which tensors each graph reads by building the graphs and throwing them away: none is encoded, which is what takes
 * most of the time.
 * @throws CheckpointError as buildGraphs
 */
export function graphTensors(checkpoint: Checkpoint): GraphTensors {
  return ofEachGraph((name) => {
    const { component, build } = NETWORKS[name];
    const weights = componentWeights(checkpoint)[component];
    build(new GraphBuilder(name, 'float32'), weights, checkpoint);
    return weights.uses();
  });
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

function componentWeights(checkpoint: Checkpoint, storage?: WeightStorage): Record<TensorComponent, Weights> {
  return {
    text_encoder: new Weights(checkpoint.textEncoder.tensors, storage),
    transformer: new Weights(checkpoint.transformer.tensors, storage),
    vae: new Weights(checkpoint.vae.tensors, storage),
  };
}
