import { join, posix } from 'node:path';
import type { QuantizedCacheSettings } from '../../protocol/load-request.js';
import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import { commonFolder, relativePosix } from '../../checkpoint/common-folder.js';
import type { TensorEntry } from '../../checkpoint/tensor-index.js';
import { buildDenoiserParts, buildGraphs, type CheckpointGraphs } from '../../graph/checkpoint-graphs.js';
import { LoraStacks, type LoraLayout } from '../../graph/lora/lora-stacks.js';
import type { Quantization } from '../../graph/quantization/linear-recipe.js';
import type { WeightStorage } from '../../graph/weights.js';
import type { DevicePlan, Part } from '../devices/device-plan.js';
import type { EditCheckpoint } from '../open-edit-checkpoint.js';
import { precisionFormat } from '../devices/precisions.js';
import { QuantizedCache } from '../quantized/quantized-cache.js';
import { quantizedWeights } from '../quantized/quantized-weights.js';
import type { OnWeight } from '../quantized/quantizing-pace.js';

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
  const { quantization } = precisionFormat(plan.precision, plan.kind);
  if (quantization === undefined) {
    const root = commonFolder([join(checkpoint.root, 'file'), ...loraPaths(checkpoint)]);
    const storage = { locate: ({ file }: TensorEntry) => posix.join(relativePosix(root, checkpoint.root), file) };
    return { ...build(checkpoint, plan, withLoras(storage, checkpoint, root)), root, warnings: [] };
  }
  return quantizedModels(checkpoint, plan, quantization, new QuantizedCache(cache), onWeight);
}

const loraPaths = ({ loras }: EditCheckpoint): string[] => loras.loras.map(({ path }) => path);

/** @param root absolute folder that the storage's places are relative to */
function withLoras(storage: WeightStorage, { loras: { loras } }: EditCheckpoint, root: string): WeightStorage {
  return loras.length === 0
    ? storage
    : { ...storage, loras: new LoraStacks(loras, ({ path }) => relativePosix(root, path)) };
}

async function quantizedModels(
  checkpoint: EditCheckpoint,
  plan: DevicePlan,
  quantization: Quantization,
  cache: QuantizedCache,
  onWeight: OnWeight,
): Promise<CheckpointModels> {
  const laidOut = (storage: WeightStorage): void => void build(checkpoint, plan, storage);
  const beside = loraPaths(checkpoint);
  const { storage, root, warnings } = await quantizedWeights(checkpoint, quantization, cache, laidOut, onWeight, {
    beside,
  });
  return { ...build(checkpoint, plan, withLoras(storage, checkpoint, root)), root, warnings };
}

function build(
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
