import { posix } from 'node:path';
import { relativePosix } from '../../checkpoint/common-folder.js';
import type { QuantizedCacheSettings } from '../../protocol/load-request.js';
import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import { buildDenoiserParts, buildGraphs, type CheckpointGraphs } from '../../graph/checkpoint-graphs.js';
import type { WeightStorage } from '../../graph/weights.js';
import type { DevicePlan, Part } from '../devices/device-plan.js';
import { precisionFormat } from '../devices/precisions.js';
import { initializersRoot, QuantizedCache } from '../quantized/quantized-cache.js';
import { repackedWeights } from '../repacked/repacked-weights.js';
import { quantizedWeights, type OnWeight } from '../quantized/quantized-weights.js';

/** A checkpoint's graphs as a plan needs them. */
export interface CheckpointModels {
  /** The encoded ModelProto of each of the plan's parts. */
  readonly models: ReadonlyMap<Part, Uint8Array>;
  /** Absolute folder below which the initializers' files lie. */
  readonly root: string;
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
  checkpoint: Checkpoint,
  plan: DevicePlan,
  cache: QuantizedCacheSettings,
  onWeight: OnWeight,
): Promise<CheckpointModels> {
  const { quantization, computeType } = precisionFormat(plan.precision, plan.kind);
  const kept = new QuantizedCache(cache);
  const layOut = (storage: WeightStorage): void => void build(checkpoint, plan, storage);
  const repacked = await repackedWeights(checkpoint, computeType, kept, layOut, onWeight);
  if (repacked === undefined && quantization === undefined) {
    return { ...build(checkpoint, plan), root: checkpoint.root, warnings: [] };
  }
  const besides = repacked === undefined ? {} : { repacked: repacked.layout };
  const layOutRest = (storage: WeightStorage): void => layOut({ ...storage, ...besides });
  const { storage, root, warnings } =
    quantization === undefined
      ? await asStored(checkpoint, kept)
      : await quantizedWeights(checkpoint, quantization, kept, layOutRest, onWeight);
  const models = build(checkpoint, plan, { ...storage, ...besides });
  return { ...models, root, warnings: [...(repacked?.warnings ?? []), ...warnings] };
}

/** The checkpoint's files as they lie, seen from where the cache can be seen, too. */
async function asStored(
  checkpoint: Checkpoint,
  cache: QuantizedCache,
): Promise<Pick<CheckpointModels, 'root' | 'warnings'> & { storage: WeightStorage }> {
  const root = initializersRoot(checkpoint.root, await cache.root());
  const below = relativePosix(root, checkpoint.root);
  return { root, warnings: [], storage: { locate: ({ file }) => posix.join(below, file) } };
}

function build(
  checkpoint: Checkpoint,
  { precision, kind, parts }: DevicePlan,
  storage?: WeightStorage,
): Pick<CheckpointModels, 'models'> & Pick<CheckpointGraphs, 'unexpected'> {
  const { computeType } = precisionFormat(precision, kind);
  const { models, unexpected } = buildGraphs(checkpoint, computeType, storage);
  const ranges = parts.flatMap(({ layers }) => (layers === null ? [] : [layers]));
  const denoiserParts = buildDenoiserParts(checkpoint, computeType, ranges, storage).values();
  const modelOf = (part: Part): Uint8Array =>
    (part.layers === null ? undefined : denoiserParts.next().value) ?? models[part.graph];
  return { models: new Map(parts.map((part) => [part, modelOf(part)])), unexpected };
}
