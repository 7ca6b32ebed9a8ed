import { gigabytes } from './devices/gigabytes.js';
import type { DevicePlan } from './devices/device-plan.js';
import { SERVED_PRECISIONS } from './devices/served-precisions.js';
import type { OutOfMemoryError } from './sessions/out-of-memory.js';

/** What to do when a run finds no memory, in one line: which settings take less, and which don't matter. */
export function explainOutOfMemory({ device, wantedBytes }: OutOfMemoryError, plan: DevicePlan): string {
  const where = device.kind === 'cpu' ? 'out of memory' : `out of GPU memory on cuda:${device.index}`;
  const wanted = wantedBytes === null ? '' : ` (${gigabytes(wantedBytes)} more were asked for)`;
  const smaller = SERVED_PRECISIONS[plan.kind].filter((precision) => bitsOf(precision) < bitsOf(plan.precision));
  const remedies = [
    'ask for a smaller size (or lower MAX_OUTPUT_PIXELS for all)',
    ...smaller.map((precision) => `set PRECISION=${precision}`),
    ...(plan.kind === 'cuda' && plan.devices.length === 1 ? ['set DEVICE_MAP=balanced where there are more GPUs'] : []),
  ];
  return `${where}${wanted}: ${remedies.join(', or ')}; n doesn't matter, pictures are made one at a time`;
}

const bitsOf = (precision: DevicePlan['precision']): number => ({ fp32: 32, bf16: 16, int8: 8, int4: 4 })[precision];
