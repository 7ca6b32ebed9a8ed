import { describeTransformer } from '../checkpoint/transformer-weights/describe-weights.js';
import { planCheckpoint } from '../engine/devices/plan-checkpoint.js';
import type { EditCheckpoint } from '../engine/open-edit-checkpoint.js';
import type { LoadRequest } from '../protocol/load-request.js';

/** Where the networks would live on this machine, in words. */
export interface PlanLines {
  /** How it computes, then a line for each device and what else is worth knowing. */
  readonly lines: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Plans a checkpoint for this machine as the service would.
 * @throws HostError where it can't be served here
 */
export async function planLines(checkpoint: EditCheckpoint, request: LoadRequest): Promise<PlanLines> {
  const { plan, placement, warnings } = await planCheckpoint(checkpoint, request);
  const weights = describeTransformer(checkpoint.transformer);
  return {
    lines: [`DEVICE_MAP=${request.deviceMap}: ${plan.kind} in ${plan.precision}`, weights, ...placement],
    warnings,
  };
}
