import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { Settings } from '../config/settings.js';
import { planCheckpoint } from '../engine/devices/plan-checkpoint.js';

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
export async function planLines(
  checkpoint: Checkpoint,
  { deviceMap, precision, limits }: Pick<Settings, 'deviceMap' | 'precision' | 'limits'>,
): Promise<PlanLines> {
  const request = { deviceMap, precision, outputPixels: limits.maxOutputPixels };
  const { plan, placement, warnings } = await planCheckpoint(checkpoint, request);
  return { lines: [`DEVICE_MAP=${deviceMap}: ${plan.kind} in ${plan.precision}`, ...placement], warnings };
}
