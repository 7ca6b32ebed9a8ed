import type { QuantizedCacheSettings } from '../../protocol/load-request.js';
import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import { ofEachGraph, type GraphName } from '../../graph/checkpoint-graphs.js';
import type { LayerRange } from '../../graph/networks/layer-range.js';
import type { LoraLayout } from '../../graph/lora/lora-stacks.js';
import type { EditCheckpoint } from '../open-edit-checkpoint.js';
import { STAGE_OF, type DevicePlan, type Part } from '../devices/device-plan.js';
import { SplitDenoiser } from './split-denoiser.js';
import { checkpointModels, type CheckpointModels } from './checkpoint-models.js';
import type { LoadListener } from './load-listener.js';
import type { GraphRunner } from './onnx-session.js';
import { PlacedSessions, type PlacedModel, type PlacedRunner } from './placed-sessions.js';

export interface CheckpointSessions {
  readonly graphs: Readonly<Record<GraphName, GraphRunner>>;
  /** How the ranks of the LoRAs lie in the graphs. */
  readonly loraLayouts: readonly LoraLayout[];
  /** Tensors of the checkpoint that nothing reads and that are not known to be dead. */
  readonly unexpected: readonly string[];
  /** What the operator should know. */
  readonly warnings: readonly string[];
  /** Frees all memory; what is run afterwards is loaded again. */
  release(): Promise<void>;
}

/**
 * Builds a checkpoint's graphs and loads those onto their devices that stay there.
 * @param threads that compute on the processor; null: one for each of its cores
 */
export async function openSessions(
  checkpoint: EditCheckpoint,
  plan: DevicePlan,
  cache: QuantizedCacheSettings,
  listener: LoadListener,
  threads: number | null,
): Promise<CheckpointSessions> {
  const built = await checkpointModels(checkpoint, plan, cache, listener.quantizing);
  const { loraLayouts, unexpected, warnings } = built;
  listener.prepared();
  return {
    ...(await placeSessions(checkpoint, plan, built, listener.opening, threads)),
    loraLayouts,
    unexpected,
    warnings,
  };
}

/** Loads the graphs of a plan that stay onto their devices; the others are loaded when they are run. */
export async function placeSessions(
  checkpoint: Checkpoint,
  plan: DevicePlan,
  { models, root }: Pick<CheckpointModels, 'models' | 'root'>,
  opening: LoadListener['opening'],
  threads: number | null,
): Promise<Pick<CheckpointSessions, 'graphs' | 'release'>> {
  const sessions = new PlacedSessions();
  const placed = new Map<Part, PlacedModel>(
    [...models].map(([part, model]) => [part, { ...placeModel(part, model, root, plan), threads }]),
  );
  await sessions.openResident([...placed.values()], opening);
  const partsOf = (graph: GraphName): PlacedPart[] =>
    [...placed]
      .filter(([part]) => part.graph === graph)
      .map(([{ layers }, model]) => ({ layers, runner: sessions.runner(model) }));
  return {
    graphs: ofEachGraph((graph) => joined(graph, partsOf(graph), checkpoint)),
    release: () => sessions.release(),
  };
}

function placeModel(
  part: Part,
  model: Uint8Array,
  root: string,
  { devices }: DevicePlan,
): Omit<PlacedModel, 'threads'> {
  const device = devices[part.device];
  if (device === undefined) throw new Error(`The plan puts ${part.graph} on a device that it lacks`);
  return { name: part.graph, model, root, device, stage: STAGE_OF[part.graph], resident: part.resident };
}

/** A graph, or some layers of one. */
interface PlacedPart {
  readonly layers: LayerRange | null;
  readonly runner: PlacedRunner;
}

function joined(graph: GraphName, parts: readonly PlacedPart[], { transformer }: Checkpoint): GraphRunner {
  const [first, ...others] = parts.flatMap(({ layers, runner }) => (layers === null ? [] : [{ layers, runner }]));
  if (first !== undefined) return new SplitDenoiser([first, ...others], transformer.config);
  const [whole] = parts;
  if (whole === undefined) throw new Error(`The plan lacks ${graph}`);
  return whole.runner;
}
