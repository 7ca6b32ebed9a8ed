// @ts-check
/**
 * Makes the same edits with diffusers and with the service, one after the other, and prints a table of what they took.
 * Needs the built program in dist/, a Python with test/reference/requirements.txt, and a machine that does nothing else.
 *
 *     node benchmarks/against-diffusers.mjs --python PYTHON [options]
 *
 * --checkpoint FOLDER  served by both; made with random weights where there is none (0.7 GB; default: a folder in /tmp)
 * --diffusers float32,bfloat16   --service fp32,int8   who takes part, in which precision (bfloat16 is left out unless asked
 *   for where the processor has no instructions for it: an edit would take hours)
 * --steps 2,8   --size 512x512   --reference 1024   one picture for each number of steps, from a square of that side
 * --rounds 3   how often each of them is started anew;   --keep FOLDER   keeps the pictures
 * --steps '' only starts and stops them, for the time from nothing to ready
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeRandomCheckpoint } from '../scripts/make-random-checkpoint.mjs';
import { startDiffusers, startOurs } from './support/contestants.mjs';
import { median, tableHead, tableRow, words } from './support/figures.mjs';
import { writePhoto } from './support/photo.mjs';
import { psnr } from './support/psnr.mjs';

const { values: options } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    checkpoint: { type: 'string', default: join(tmpdir(), 'qwen-image-edit-random-middle') },
    diffusers: { type: 'string', default: hasBfloat16() ? 'float32,bfloat16' : 'float32' },
    service: { type: 'string', default: 'fp32,int8' },
    steps: { type: 'string', default: '2,8' },
    size: { type: 'string', default: '512x512' },
    reference: { type: 'string', default: '1024' },
    rounds: { type: 'string', default: '3' },
    keep: { type: 'string' },
  },
});

const PROMPT = 'Make the sky red and the grass blue.';
const GUIDANCE = 4;
const SEED = 42;

/** @typedef {import('./support/contestants.mjs').EditTime} EditTime */
/** @typedef {{ name: string, start: () => Promise<import('./support/contestants.mjs').Contestant> }} Entrant */
/**
 * What one entrant did over all rounds.
 * @typedef {object} Record
 * @property {number[]} load
 * @property {number[]} peak bytes
 * @property {Map<number, EditTime[]>} edits by steps
 */

function hasBfloat16() {
  return existsSync('/proc/cpuinfo') && /\b(amx_bf16|avx512_bf16|bf16)\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
}

/** @param {string} checkpoint @returns {Entrant[]} */
function entrants(checkpoint) {
  const { python } = options;
  return [
    ...words(options.diffusers).map((dtype) => ({
      name: `diffusers ${dtype}`,
      start: () => startDiffusers({ python, checkpoint, dtype }),
    })),
    ...words(options.service).map((precision) => ({
      name: `service ${precision}`,
      start: () => startOurs({ checkpoint, env: { PRECISION: precision, DEVICE_MAP: 'cpu' } }),
    })),
  ];
}

/**
 * @param {Entrant} entrant
 * @param {Record} record
 * @param {string} picture
 * @param {(steps: number) => string} outFile
 */
async function round(entrant, record, picture, outFile) {
  const [width = 512, height = 512] = options.size.split('x').map(Number);
  const contestant = await entrant.start();
  record.load.push(contestant.loadSeconds);
  for (const steps of words(options.steps).map(Number)) {
    const edit = { picture, prompt: PROMPT, trueCfgScale: GUIDANCE, width, height, steps, seed: SEED };
    const time = await contestant.make(edit, outFile(steps));
    record.edits.set(steps, [...(record.edits.get(steps) ?? []), time]);
    console.error(
      `${entrant.name}, ${steps} step(s): ${time.whole.toFixed(1)} s, ${time.forward.toFixed(2)} s a forward`,
    );
  }
  record.peak.push(await contestant.stop());
}

/**
 * A row of medians, each but the first with its share of the first.
 * @param {string} title
 * @param {number[]} medians
 * @param {(value: number) => string} format
 */
function row(title, medians, format) {
  const [first = NaN] = medians;
  const cells = medians.map((value, index) =>
    index === 0 ? format(value) : `${format(value)} (${(value / first).toFixed(2)})`,
  );
  return tableRow([title, ...cells]);
}

/**
 * @param {Entrant[]} all
 * @param {Map<string, Record>} records
 * @param {(name: string, steps: number) => string} outFile
 */
async function table(all, records, outFile) {
  const seconds = (/** @type {number} */ value) => (value < 10 ? value.toFixed(2) : value.toFixed(1));
  const record = (/** @type {string} */ name) => records.get(name) ?? { load: [], peak: [], edits: new Map() };
  const lines = [tableHead(['seconds', ...all.map(({ name }) => name)])];
  lines.push(
    row(
      'load',
      all.map(({ name }) => median(record(name).load)),
      seconds,
    ),
  );
  for (const steps of words(options.steps).map(Number)) {
    /** @param {keyof EditTime} part */
    const medians = (part) =>
      all.map(({ name }) =>
        median((record(name).edits.get(steps) ?? []).map((/** @type {EditTime} */ time) => time[part])),
      );
    lines.push(row(`whole edit of ${steps} step(s)`, medians('whole'), seconds));
    lines.push(row('… text encoder, both prompts', medians('text'), seconds));
    lines.push(row('… VAE encode', medians('encode'), seconds));
    lines.push(row('… a forward of the transformer', medians('forward'), seconds));
    lines.push(row('… VAE decode', medians('decode'), seconds));
    const [first] = all;
    const distances = await Promise.all(
      all.map(async ({ name }) => (await psnr(outFile(name, steps), outFile(first?.name ?? '', steps))).toFixed(1)),
    );
    lines.push(tableRow(['picture, dB to the first', '', ...distances.slice(1)]));
  }
  lines.push(
    row(
      'peak memory, GiB',
      all.map(({ name }) => median(record(name).peak) / 2 ** 30),
      seconds,
    ),
  );
  return lines.join('\n');
}

async function main() {
  const checkpoint = resolve(options.checkpoint);
  if (!existsSync(join(checkpoint, 'model_index.json'))) await makeRandomCheckpoint(checkpoint, 'middle');
  const folder =
    options.keep === undefined ? await mkdtemp(join(tmpdir(), 'against-diffusers-')) : resolve(options.keep);
  await mkdir(folder, { recursive: true });
  try {
    const picture = join(folder, 'reference.png');
    await writePhoto(picture, Number(options.reference));
    const outFile = (/** @type {string} */ name, /** @type {number} */ steps) =>
      join(folder, `${name.replace(' ', '-')}-${steps}.png`);
    const all = entrants(checkpoint);
    /** @type {Map<string, Record>} */
    const records = new Map(all.map(({ name }) => [name, { load: [], peak: [], edits: new Map() }]));
    for (let index = 0; index < Number(options.rounds); index += 1) {
      for (const entrant of all) {
        const record = records.get(entrant.name);
        if (record !== undefined) await round(entrant, record, picture, (steps) => outFile(entrant.name, steps));
      }
    }
    const [cpu] = cpus();
    console.log(
      `${cpus().length} × ${cpu?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB; ${options.size} from a`,
    );
    console.log(
      `${options.reference}×${options.reference} reference, guidance on; medians of ${options.rounds} (share of the first)\n`,
    );
    console.log(await table(all, records, outFile));
  } finally {
    if (options.keep === undefined) await rm(folder, { recursive: true });
  }
}

await main();
