// @ts-check
/**
 * Prints how the published checkpoint is placed on several machines in each precision, as a Markdown table. Needs the built
 * program in dist/.
 *
 *     node scripts/plan-table.mjs FOLDER
 *
 * FOLDER holds a checkpoint of the published size; a sparse one will do (scripts/make-sparse-checkpoint.mjs).
 */
import { pathToFileURL } from 'node:url';
import { openEditCheckpoint } from '../dist/engine/open-edit-checkpoint.js';
import { sizesOfCheckpoint } from '../dist/engine/devices/network-sizes.js';
import { isRefusal, planDevices } from '../dist/engine/devices/plan-devices.js';
import { SERVED_PRECISIONS } from '../dist/engine/devices/precisions.js';

/** @typedef {import('../dist/engine/devices/device-plan.js').DevicePlan} DevicePlan */
/** @typedef {import('../dist/protocol/device-settings.js').Precision} Precision */

const GIB = 2 ** 30;
const HOST_GB = 128;
/** Of a card's memory, what its driver leaves. */
const FREE_SHARE = 0.97;
const OUTPUT_PIXELS = 4_194_304;
/** @type {readonly Precision[]} */
const PRECISIONS = ['fp32', 'bf16', 'int8', 'int4'];
/** Gigabytes of each GPU. @type {readonly number[][]} */
const MACHINES = [[], [16], [24], [48], [80], [24, 24], [24, 24, 24, 24], Array(8).fill(80)];

const gigabytes = (/** @type {number} */ bytes) => (bytes / 1e9).toFixed(1);

/** @param {DevicePlan} plan */
function describe({ devices, parts, reloadedBytes }) {
  const peaks = devices.map(({ peakBytes }) => gigabytes(Math.max(...Object.values(peakBytes))));
  const layers = parts.flatMap(({ graph, layers }) =>
    graph === 'denoiser' && layers ? [layers.end - layers.first] : [],
  );
  const split = layers.length > 1 ? `layers ${layers.join(' + ')}; ` : '';
  const turns = reloadedBytes > 0 ? `, in turn: ${gigabytes(reloadedBytes)} loaded an edit` : '';
  return `${split}${[...new Set(peaks)].join(' / ')} GB${turns}`;
}

/** @param {string} folder */
export async function planTable(folder) {
  const sizesOf = sizesOfCheckpoint(await openEditCheckpoint(folder));
  const rows = MACHINES.map((cards) => {
    const gpus = cards.map((gigabytes, index) => ({
      kind: /** @type {const} */ ('cuda'),
      index,
      name: 'GPU',
      freeBytes: FREE_SHARE * gigabytes * GIB,
    }));
    const cells = PRECISIONS.map((precision) => {
      const request = { deviceMap: /** @type {const} */ ('auto'), precision, outputPixels: OUTPUT_PIXELS };
      const outcome = planDevices(request, { gpus, hostBytes: HOST_GB * 1e9, served: SERVED_PRECISIONS }, sizesOf);
      if (!isRefusal(outcome)) return describe(outcome);
      return outcome.refused === 'too large' ? 'too large' : 'not on the CPU';
    });
    const name = cards.length === 0 ? `no GPU, ${HOST_GB} GB of memory` : `${cards.length} × ${cards[0]} GB`;
    return `| ${[name, ...cells].join(' | ')} |`;
  });
  return [`| GPUs | ${PRECISIONS.join(' | ')} |`, '|---|---|---|---|---|', ...rows].join('\n');
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = process.argv[2];
  if (folder === undefined) {
    console.error('usage: node scripts/plan-table.mjs FOLDER');
    process.exitCode = 1;
  } else {
    console.log(await planTable(folder));
  }
}
