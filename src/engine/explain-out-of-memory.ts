import { formatBytes } from '../program/format-bytes.js';
import type { DevicePlan } from './devices/device-plan.js';
import { smallerPrecisions } from './devices/precisions.js';
import type { OutOfMemoryError } from './sessions/out-of-memory.js';

/** What to do when a run finds no memory, in one line: which settings take less, and which don't matter. */
export function explainOutOfMemory({ device, wantedBytes }: OutOfMemoryError, plan: DevicePlan): string {
  const where = device.kind === 'cpu' ? 'out of memory' : `out of GPU memory on cuda:${device.index}`;
  const wanted = wantedBytes === null ? '' : ` (${formatBytes(wantedBytes)} more were asked for)`;
  const remedies = [
    'ask for a smaller size (or lower MAX_OUTPUT_PIXELS for all)',
    ...smallerPrecisions(plan.precision, plan.kind).map((precision) => `set PRECISION=${precision}`),
    ...(plan.kind === 'cuda' && plan.devices.length === 1 ? ['set DEVICE_MAP=balanced where there are more GPUs'] : []),
  ];
  return `${where}${wanted}: ${remedies.join(', or ')}; n doesn't matter, an engine makes one picture at a time`;
}
