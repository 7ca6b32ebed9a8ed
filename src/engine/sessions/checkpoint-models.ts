import type { QuantizedCacheSettings } from '../../protocol/load-request.js';
import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import { buildDenoiserParts, buildGraphs, type CheckpointGraphs } from '../../graph/checkpoint-graphs.js';
import type { Quantization } from '../../graph/quantization/linear-recipe.js';
import type { WeightStorage } from '../../graph/weights.js';
import type { DevicePlan, Part } from '../devices/device-plan.js';
import { precisionFormat } from '../devices/precisions.js';
import { QuantizedCache } from '../quantized/quantized-cache.js';
import { quantizedWeights } from '../quantized/quantized-weights.js';
import type { OnWeight } from '../quantized/quantizing-pace.js';

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
  const { quantization } = precisionFormat(plan.precision, plan.kind);
  if (quantization === undefined) {
    return { ...build(checkpoint, plan), root: checkpoint.root, warnings: [] };
  }
  return quantizedModels(checkpoint, plan, quantization, new QuantizedCache(cache), onWeight);
}

async function quantizedModels(
  checkpoint: Checkpoint,
  plan: DevicePlan,
  quantization: Quantization,
  cache: QuantizedCache,
  onWeight: OnWeight,
): Promise<CheckpointModels> {
  const laidOut = (storage: WeightStorage): void => void build(checkpoint, plan, storage);
  const { storage, root, warnings } = await quantizedWeights(checkpoint, quantization, cache, laidOut, onWeight);
  return { ...build(checkpoint, plan, storage), root, warnings };
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
