import { describeTransformer } from '../checkpoint/transformer-weights/describe-weights.js';
import { dealOn } from '../engine/devices/deal-engines.js';
import { lookAtMachine, planShare } from '../engine/devices/plan-checkpoint.js';
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
  const planning = await lookAtMachine(checkpoint, request);
  const deal = dealOn(checkpoint, request.engines, planning);
  const reports = deal.shares.map((share) => planShare(checkpoint, planning, share));
  const [first] = reports;
  if (first === undefined) throw new Error('A machine is dealt out to one engine at least');
  const { kind, precision } = first.plan;
  const placement = reports.flatMap(({ placement: lines }, index) =>
    reports.length === 1 ? lines : lines.map((line) => `Engine ${index}: ${line}`),
  );
  return {
    lines: [
      `DEVICE_MAP=${request.deviceMap}: ${kind} in ${precision}`,
      `ENGINES=${request.engines}: ${reports.length === 1 ? '1 engine' : `${reports.length} engines`}`,
      describeTransformer(checkpoint.transformer),
      ...placement,
    ],
    warnings: [...new Set([...deal.lines, ...reports.flatMap(({ warnings }) => warnings)])],
  };
}
