import type { LargestRequest } from '../engine/devices/request-extent.js';
import type { DevicePlan } from '../engine/devices/device-plan.js';
import { sizesOfCheckpoint, type SizesOf } from '../engine/devices/network-sizes.js';
import { isRefusal } from '../engine/devices/plan-devices.js';
import type { EditCheckpoint } from '../engine/open-edit-checkpoint.js';
import { PRECISIONS, type Precision } from '../protocol/device-settings.js';
import { markdownTable } from './markdown-table.js';
import { enginesOn, gpuOf, HOST_GB, planOn } from './planned-machine.js';

/** Machines by their cards' number and gigabytes. */
const MACHINES: readonly { readonly cards: number; readonly gigabytes: number }[] = [
  { cards: 0, gigabytes: 0 },
  ...[16, 24, 48, 80].map((gigabytes) => ({ cards: 1, gigabytes })),
  { cards: 2, gigabytes: 24 },
  { cards: 4, gigabytes: 24 },
  { cards: 8, gigabytes: 80 },
];

/** How a checkpoint is placed on several machines in each precision, as a Markdown table. */
export function planTable(checkpoint: EditCheckpoint, largest: LargestRequest): string {
  const sizesOf = sizesOfCheckpoint(checkpoint);
  const rows = MACHINES.map((machine) => {
    const name = machine.cards === 0 ? `no GPU, ${HOST_GB} GB of memory` : `${machine.cards} × ${machine.gigabytes} GB`;
    return [name, ...PRECISIONS.map((precision) => cell(machine, precision, largest, sizesOf))];
  });
  return markdownTable(['GPUs', ...PRECISIONS], rows);
}

function cell(
  { cards, gigabytes: size }: (typeof MACHINES)[number],
  precision: Precision,
  { outputPixels, maxReferences }: LargestRequest,
  sizesOf: SizesOf,
): string {
  const gpus = Array.from({ length: cards }, (_, index) => gpuOf(size, index));
  const asked = { deviceMap: 'auto', precision, outputPixels, maxReferences } as const;
  // Those of one machine are alike.
  const { shares } = enginesOn(gpus, asked, sizesOf);
  const own = gpus.slice(0, shares[0].gpus?.length ?? cards);
  const outcome = planOn(own, asked, sizesOf);
  if (!isRefusal(outcome)) return `${shares.length > 1 ? `${shares.length} engines: ` : ''}${describe(outcome)}`;
  return outcome.refused === 'precision' ? 'not on the CPU' : 'too large';
}

/** Of one engine: how the denoiser's layers are split, the most that each device holds, and what an edit loads anew. */
function describe({ devices, parts, reloadedBytes }: DevicePlan): string {
  const peaks = devices.map(({ peakBytes }) => gigabytes(Math.max(...Object.values(peakBytes))));
  const layers = parts.flatMap(({ graph, layers: range }) =>
    graph === 'denoiser' && range !== null ? [range.end - range.first] : [],
  );
  const split = layers.length > 1 ? `layers ${layers.join(' + ')}; ` : '';
  const turns = reloadedBytes > 0 ? `, in turn: ${gigabytes(reloadedBytes)} loaded an edit` : '';
  return `${split}${[...new Set(peaks)].join(' / ')} GB${turns}`;
}

const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);
