import { join, posix } from 'node:path';
import type { QuantizedCacheSettings } from '../../protocol/load-request.js';
import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import { commonFolder, relativePosix } from '../../checkpoint/common-folder.js';
import { buildDenoiserParts, buildGraphs, type CheckpointGraphs } from '../../graph/checkpoint-graphs.js';
import { LoraStacks, type LoraLayout } from '../../graph/lora/lora-stacks.js';
import type { WeightStorage } from '../../graph/weights.js';
import type { DevicePlan, Part } from '../devices/device-plan.js';
import type { EditCheckpoint } from '../open-edit-checkpoint.js';
import { precisionFormat } from '../devices/precisions.js';
import { QuantizedCache } from '../quantized/quantized-cache.js';
import { quantizedWeights } from '../quantized/quantized-weights.js';
import type { OnWeight } from '../quantized/quantizing-pace.js';
import { repackedWeights } from '../repacked/repacked-weights.js';

/** A checkpoint's graphs as a plan needs them, with what its LoRAs add. */
export interface CheckpointModels {
  /** The encoded ModelProto of each of the plan's parts. */
  readonly models: ReadonlyMap<Part, Uint8Array>;
  /** Absolute folder below which the initializers' files lie. */
  readonly root: string;
  /** How the ranks of the LoRAs lie in the graphs. */
  readonly loraLayouts: readonly LoraLayout[];
  /** Tensors of the checkpoint that nothing reads and that are not known to be dead. */
  readonly unexpected: readonly string[];
  /** What the operator should know. */
  readonly warnings: readonly string[];
}

/**
 * Builds the graphs of a plan's parts, in its precision.
 * @param cache of quantized weights, which are made when they aren't there
 * @param onWeight called as they are made
 * @throws CheckpointError
 */
export async function checkpointModels(
  checkpoint: EditCheckpoint,
  plan: DevicePlan,
  cache: QuantizedCacheSettings,
  onWeight: OnWeight,
): Promise<CheckpointModels> {
  const { quantization, computeType } = precisionFormat(plan.precision, plan.kind);
  const kept = new QuantizedCache(cache);
  const beside = checkpoint.loras.loras.map(({ path }) => path);
  const layOut = (storage: WeightStorage): void => void buildParts(checkpoint, plan, storage);
  const repacked = await repackedWeights(checkpoint, computeType, kept, layOut, onWeight, { beside });
  const besides = repacked === undefined ? {} : { repacked: repacked.layout };
  const layOutRest = (storage: WeightStorage): void => layOut({ ...storage, ...besides });
  const { storage, root, warnings } =
    quantization === undefined
      ? asStored(checkpoint, repacked?.root ?? commonFolder([join(checkpoint.root, 'file'), ...beside]))
      : await quantizedWeights(checkpoint, quantization, kept, layOutRest, onWeight, { beside });
  const models = buildParts(checkpoint, plan, withLoras({ ...storage, ...besides }, checkpoint, root));
  return { ...models, root, warnings: [...(repacked?.warnings ?? []), ...warnings] };
}

/**
 * The checkpoint's files as they lie.
 * @param root absolute folder that the storage's places are relative to
 */
function asStored(
  checkpoint: Checkpoint,
  root: string,
): Pick<CheckpointModels, 'root' | 'warnings'> & { storage: WeightStorage } {
  const below = relativePosix(root, checkpoint.root);
  return { root, warnings: [], storage: { locate: ({ file }) => posix.join(below, file) } };
}

/**
 * A storage with what the checkpoint's LoRAs add.
 * @param root absolute folder that the storage's places are relative to
 */
export function withLoras(storage: WeightStorage, { loras: { loras } }: EditCheckpoint, root: string): WeightStorage {
  return loras.length === 0
    ? storage
    : { ...storage, loras: new LoraStacks(loras, ({ path }) => relativePosix(root, path)) };
}

/**
 * Builds the graphs of a plan's parts with weights that lie where the storage says.
 * @throws CheckpointError as buildGraphs
 */
export function buildParts(
  checkpoint: Checkpoint,
  { precision, kind, parts }: DevicePlan,
  storage: WeightStorage,
): Pick<CheckpointModels, 'models' | 'loraLayouts'> & Pick<CheckpointGraphs, 'unexpected'> {
  const { computeType } = precisionFormat(precision, kind);
  const { models, unexpected } = buildGraphs(checkpoint, computeType, storage);
  const ranges = parts.flatMap(({ layers }) => (layers === null ? [] : [layers]));
  const denoiserParts = buildDenoiserParts(checkpoint, computeType, ranges, storage).values();
  const modelOf = (part: Part): Uint8Array =>
    (part.layers === null ? undefined : denoiserParts.next().value) ?? models[part.graph];
  return {
    models: new Map(parts.map((part) => [part, modelOf(part)])),
    loraLayouts: storage.loras?.allLayouts() ?? [],
    unexpected,
  };
}
