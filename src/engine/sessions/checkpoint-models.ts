import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import { buildDenoiserParts, buildGraphs } from '../../graph/checkpoint-graphs.js';
import type { ComputeType } from '../../graph/graph-builder.js';
import type { DevicePlan, Part } from '../devices/device-plan.js';

/** A checkpoint's graphs as a plan needs them. */
export interface CheckpointModels {
  /** The encoded ModelProto of each of the plan's parts. */
  readonly models: ReadonlyMap<Part, Uint8Array>;
  /** Absolute folder below which the initializers' files lie. */
  readonly root: string;
  /** Tensors of the checkpoint that nothing reads and that are not known to be dead. */
  readonly unexpected: readonly string[];
}

/** Builds the graphs of a plan's parts, in its precision. */
export function checkpointModels(checkpoint: Checkpoint, { precision, parts }: DevicePlan): CheckpointModels {
  const computeType: ComputeType = precision === 'bf16' ? 'bfloat16' : 'float32';
  const { models, unexpected } = buildGraphs(checkpoint, computeType);
  const ranges = parts.flatMap(({ layers }) => (layers === null ? [] : [layers]));
  const denoiserParts = buildDenoiserParts(checkpoint, computeType, ranges).values();
  const modelOf = (part: Part): Uint8Array =>
    (part.layers === null ? undefined : denoiserParts.next().value) ?? models[part.graph];
  return { models: new Map(parts.map((part) => [part, modelOf(part)])), root: checkpoint.root, unexpected };
}
