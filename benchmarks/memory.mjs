// @ts-check
/**
 * Makes edits of random sizes from pictures of random sizes, the largest first, and prints how the resident memory of both
 * processes goes on: it should stay.
 *
 *     node benchmarks/memory.mjs [EDITS] [CHECKPOINT_FOLDER]
 *
 * Without a folder a tiny checkpoint of the tests is served. Needs the built program.
 */
import { resolve } from 'node:path';
import sharp from 'sharp';
import { editBody, postEdit } from './support/edit-request.mjs';
import { median, slope, tableHead, tableRow } from './support/figures.mjs';
import { residentMegabytes, startService } from '../scripts/support/service.mjs';

const EDITS = Number(process.argv[2] ?? 300);
const CHECKPOINT = process.argv[3] === undefined ? undefined : resolve(process.argv[3]);
const SETTLED_AFTER = 50;
const SIDES = { least: 96, most: 512 };
const SEED = 1;

/** The same sizes at each run: a linear congruential generator with the constants of Numerical Recipes. */
let state = SEED;
function random() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}
const side = () => Math.round(SIDES.least + random() * (SIDES.most - SIDES.least));

/** @param {() => number} side of the picture and of the result, pixels */
async function edit(side) {
  const [width, height] = [side(), side()];
  const picture = await sharp({ create: { width, height, channels: 3, background: '#4080c0' } })
    .png()
    .toBuffer();
  return editBody({ prompt: 'make it blue', num_inference_steps: '1', size: `${side()}x${side()}` }, picture);
}

const service = await startService(CHECKPOINT === undefined ? {} : { QWEN_MODEL_DIR: CHECKPOINT });
/** @type {{ api: number, engine: number }[]} */
const samples = [];
while (samples.length < EDITS) {
  const body = await edit(samples.length === 0 ? () => SIDES.most : side);
  const { status, text } = await postEdit(service.url, body);
  if (status !== 200) throw new Error(`An edit got ${status}: ${text.slice(0, 200)}`);
  samples.push(residentMegabytes(await service.metrics()));
}
await service.stop();

/** Medians of each 50, so that a garbage collection that is due doesn't count. @param {number[]} values */
const medians = (values) =>
  Array.from({ length: Math.ceil(values.length / SETTLED_AFTER) }, (_, index) =>
    median(values.slice(index * SETTLED_AFTER, (index + 1) * SETTLED_AFTER)).toFixed(0),
  );

console.log(`Resident memory in MB over ${EDITS} edits; later means after the first ${SETTLED_AFTER}\n`);
console.log(
  tableHead(['process', 'most at first', 'most later', 'growth later, MB for 100 edits', 'median of each 50']),
);
for (const name of /** @type {const} */ (['api', 'engine'])) {
  const values = samples.map((sample) => sample[name]);
  const [first, later] = [values.slice(0, SETTLED_AFTER), values.slice(SETTLED_AFTER)];
  const most = (/** @type {number[]} */ some) => (some.length === 0 ? '' : Math.max(...some).toFixed(0));
  const growth = later.length < 2 ? '' : (100 * slope(later)).toFixed(1);
  console.log(tableRow([name, most(first), most(later), growth, medians(values).join(', ')]));
}
