import { DEFAULT_MAX_REFERENCES } from '../config/read-settings.js';
import type { DevicePlan } from '../engine/devices/device-plan.js';
import { sizesOfCheckpoint, type SizesOf } from '../engine/devices/network-sizes.js';
import { isRefusal, planDevices } from '../engine/devices/plan-devices.js';
import { autoPrecision, SERVED_PRECISIONS } from '../engine/devices/precisions.js';
import type { EditCheckpoint } from '../engine/open-edit-checkpoint.js';
import { PRECISIONS, type Precision } from '../protocol/device-settings.js';

const GIB = 2 ** 30;
const HOST_GB = 128;
/** Of a card's memory, what its driver leaves. */
const FREE_SHARE = 0.97;
/** The default of MAX_OUTPUT_PIXELS. */
const OUTPUT_PIXELS = 4_194_304;
/** Machines by their cards' number and gigabytes. */
const MACHINES: readonly { readonly cards: number; readonly gigabytes: number }[] = [
  { cards: 0, gigabytes: 0 },
  ...[16, 24, 48, 80].map((gigabytes) => ({ cards: 1, gigabytes })),
  { cards: 2, gigabytes: 24 },
  { cards: 4, gigabytes: 24 },
  { cards: 8, gigabytes: 80 },
];

/** How a checkpoint is placed on several machines in each precision, as a Markdown table. */
export function planTable(checkpoint: EditCheckpoint): string {
  const sizesOf = sizesOfCheckpoint(checkpoint);
  const rows = MACHINES.map((machine) => {
    const name = machine.cards === 0 ? `no GPU, ${HOST_GB} GB of memory` : `${machine.cards} × ${machine.gigabytes} GB`;
    return [name, ...PRECISIONS.map((precision) => cell(machine, precision, sizesOf))];
  });
  const table = [['GPUs', ...PRECISIONS], ['---', ...PRECISIONS.map(() => '---')], ...rows];
  return table.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cell({ cards, gigabytes: size }: (typeof MACHINES)[number], precision: Precision, sizesOf: SizesOf): string {
  const gpus = Array.from({ length: cards }, (_, index) => ({
    kind: 'cuda' as const,
    index,
    name: 'GPU',
    freeBytes: FREE_SHARE * size * GIB,
  }));
  const outcome = planDevices(
    {
      deviceMap: 'auto',
      precision,
      autoPrecision: autoPrecision(null),
      outputPixels: OUTPUT_PIXELS,
      maxReferences: DEFAULT_MAX_REFERENCES,
    },
    { gpus, unusable: [], hostBytes: HOST_GB * 1e9, served: SERVED_PRECISIONS },
    sizesOf,
  );
  if (!isRefusal(outcome)) return describe(outcome);
  return outcome.refused === 'too large' ? 'too large' : 'not on the CPU';
}

/** How the denoiser's layers are split, the most that each device holds, and what an edit loads anew. */
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
