import type { LargestRequest } from '../engine/devices/request-extent.js';
import type { DevicePlan } from '../engine/devices/device-plan.js';
import { sizesOfCheckpoint } from '../engine/devices/network-sizes.js';
import { isRefusal } from '../engine/devices/plan-devices.js';
import type { EditCheckpoint } from '../engine/open-edit-checkpoint.js';
import { PRECISIONS } from '../protocol/device-settings.js';
import { markdownTable } from './markdown-table.js';
import { gpuOf, planOn } from './planned-machine.js';

const LARGEST_CARD_GB = 512;

/**
 * The smallest GPU for each number of references, as a Markdown table: one on which all networks stay, and one on which they
 * take turns.
 */
export function referencesTable(checkpoint: EditCheckpoint, { outputPixels, maxReferences }: LargestRequest): string {
  const sizesOf = sizesOfCheckpoint(checkpoint);
  const cell = (precision: (typeof PRECISIONS)[number], references: number): string => {
    const onCard = (gigabytes: number): DevicePlan | null => {
      const asked = { deviceMap: 'cuda', precision, outputPixels, maxReferences: references } as const;
      const outcome = planOn([gpuOf(gigabytes)], asked, sizesOf);
      return isRefusal(outcome) ? null : outcome;
    };
    const whole = smallestCard((gigabytes) => onCard(gigabytes)?.reloadedBytes === 0);
    const inTurn = smallestCard((gigabytes) => onCard(gigabytes) !== null);
    return `${whole} GB, in turn ${inTurn} GB`;
  };
  const counts = Array.from({ length: Math.min(checkpoint.pipeline.maxReferences, maxReferences) }, (_, at) => at + 1);
  return markdownTable(
    ['references', ...PRECISIONS],
    counts.map((count) => [String(count), ...PRECISIONS.map((precision) => cell(precision, count))]),
  );
}

/** Gigabytes of the smallest card that will do: each larger one does as well. */
function smallestCard(isEnough: (gigabytes: number) => boolean): number {
  let [tooSmall, enough] = [0, LARGEST_CARD_GB];
  while (enough - tooSmall > 1) {
    const middle = Math.floor((tooSmall + enough) / 2);
    if (isEnough(middle)) enough = middle;
    else tooSmall = middle;
  }
  return enough;
}
