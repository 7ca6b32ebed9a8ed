// @ts-check
/**
 * Makes the same edits with diffusers and with the service, one after the other, and prints a table of what they took.
 * Needs the built program in dist/, a Python with test/reference/requirements.txt, and a machine that does nothing else.
 *
 *     node benchmarks/against-diffusers.mjs --python PYTHON [options]
 *
 * --checkpoint FOLDER  served by both; made with random weights where there is none (0.7 GB; default: a folder in /tmp)
 * --diffusers float32,bfloat16   --service fp32,int8,int4,Q4_0,Q8_0   who takes part, in which precision; Q… is the checkpoint's
 *   transformer as a GGUF file, made beside it where there is none (bfloat16 is left out unless asked for where the processor has
 *   no instructions for it: an edit would take hours)
 * --release edit|2509|2511   whose form the checkpoint that is made has
 * --steps 2,8   --size 512x512   --reference 1024   one picture for each number of steps, from a square of that side
 * --references 2,1,3   so many squares as references of one edit; with others than the first number the service alone makes
 *   edits, once each and in the first number of steps, for what each reference costs
 * --rounds 3   how often each of them is started anew;   --keep FOLDER   keeps the pictures
 * --steps '' only starts and stops them, for the time from nothing to ready
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeRandomCheckpoint } from '../scripts/make-random-checkpoint.mjs';
import { GGUF_BLOCKS } from '../scripts/support/gguf-file.mjs';
import { startDiffusers, startOurs } from './support/contestants.mjs';
import { median, numbers, tableHead, tableRow, words } from './support/figures.mjs';
import { writeGgufOfCheckpoint } from './support/gguf-of-checkpoint.mjs';
import { writePhoto } from './support/photo.mjs';
import { describeProcessor, hasBfloat16 } from './support/processor.mjs';
import { psnr } from './support/psnr.mjs';

const { values: options } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    checkpoint: { type: 'string' },
    release: { type: 'string', default: 'edit' },
    diffusers: { type: 'string', default: hasBfloat16() ? 'float32,bfloat16' : 'float32' },
    service: { type: 'string', default: 'fp32,int8,int4,Q4_0,Q8_0' },
    steps: { type: 'string', default: '2,8' },
    size: { type: 'string', default: '512x512' },
    reference: { type: 'string', default: '1024' },
    references: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
    keep: { type: 'string' },
  },
});

const PROMPT = 'Make the sky red and the grass blue.';
const GUIDANCE = 4;
const SEED = 42;
const [WIDTH = 512, HEIGHT = 512] = options.size.split('x').map(Number);
const COMMON = { prompt: PROMPT, trueCfgScale: GUIDANCE, width: WIDTH, height: HEIGHT, seed: SEED };
const [REFERENCES = 1, ...OTHER_REFERENCES] = numbers(options.references);

/** @typedef {import('./support/contestants.mjs').EditTime} EditTime */
/** @typedef {{ name: string, start: () => Promise<import('./support/contestants.mjs').Contestant> }} Entrant */
/**
 * What one entrant did over all rounds.
 * @typedef {object} Record
 * @property {number[]} load
 * @property {number[]} peak bytes
 * @property {Map<number, EditTime[]>} edits by steps
 */

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
      start: () => startService(checkpoint, precision),
    })),
  ];
}

/** @param {string} checkpoint @param {string} precision */
async function startService(checkpoint, precision) {
  const env = { DEVICE_MAP: 'cpu', MAX_REFERENCES: '16' };
  if (!isBlockType(precision)) return startOurs({ checkpoint, env: { ...env, PRECISION: precision } });
  const file = `${checkpoint}-${precision}.gguf`;
  return startOurs({ checkpoint, env: { ...env, PRECISION: 'fp32', QWEN_TRANSFORMER_FILE: file } });
}

/** @param {string} precision @returns {precision is import('../scripts/support/gguf-file.mjs').BlockType} */
const isBlockType = (precision) => precision in GGUF_BLOCKS;

/** @param {string} checkpoint */
async function makeGgufFiles(checkpoint) {
  for (const type of words(options.service).filter(isBlockType)) {
    const file = `${checkpoint}-${type}.gguf`;
    if (!existsSync(file)) await writeGgufOfCheckpoint(checkpoint, type, file);
  }
}

/**
 * @param {Entrant} entrant
 * @param {Record} record
 * @param {string[]} pictures
 * @param {(steps: number) => string} outFile
 */
async function round(entrant, record, pictures, outFile) {
  const contestant = await entrant.start();
  record.load.push(contestant.loadSeconds);
  for (const steps of words(options.steps).map(Number)) {
    const time = await contestant.make({ ...COMMON, pictures, steps }, outFile(steps));
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

/**
 * What an edit costs by the number of its references, each number in a service of its own.
 * @param {string} checkpoint
 * @param {string[]} pictures as many as the largest number
 * @param {string} out
 */
async function referenceCosts(checkpoint, pictures, out) {
  const [precision = 'fp32'] = words(options.service);
  const [steps = 2] = numbers(options.steps);
  const parts = ['text encoder', 'VAE encode', 'a forward', 'VAE decode'];
  console.log(`\nThe service in ${precision} by the number of references, ${steps} step(s), seconds; once each\n`);
  console.log(tableHead(['references', 'whole edit', ...parts, 'peak memory, GiB']));
  for (const count of [REFERENCES, ...OTHER_REFERENCES].sort((one, other) => one - other)) {
    const service = await startService(checkpoint, precision);
    const time = await service.make({ ...COMMON, pictures: pictures.slice(0, count), steps }, out);
    const peak = (await service.stop()) / 2 ** 30;
    const { whole, text, encode, forward, decode } = time;
    console.log(tableRow([count, ...[whole, text, encode, forward, decode, peak].map((figure) => figure.toFixed(2))]));
  }
}

/** @param {string} folder @returns {Promise<string[]>} as many as the largest number of references */
async function writePictures(folder) {
  const count = Math.max(REFERENCES, ...OTHER_REFERENCES);
  const files = Array.from({ length: count }, (_, index) => join(folder, `reference-${index + 1}.png`));
  for (const [index, file] of files.entries()) await writePhoto(file, Number(options.reference), index);
  return files;
}

async function main() {
  const ofRelease = options.release === 'edit' ? '' : `-${options.release}`;
  const checkpoint = resolve(options.checkpoint ?? join(tmpdir(), `qwen-image-edit-random-middle${ofRelease}`));
  if (!existsSync(join(checkpoint, 'model_index.json'))) {
    await makeRandomCheckpoint(checkpoint, 'middle', { release: options.release });
  }
  await makeGgufFiles(checkpoint);
  const folder =
    options.keep === undefined ? await mkdtemp(join(tmpdir(), 'against-diffusers-')) : resolve(options.keep);
  await mkdir(folder, { recursive: true });
  try {
    const pictures = await writePictures(folder);
    const outFile = (/** @type {string} */ name, /** @type {number} */ steps) =>
      join(folder, `${name.replace(' ', '-')}-${steps}.png`);
    const all = entrants(checkpoint);
    /** @type {Map<string, Record>} */
    const records = new Map(all.map(({ name }) => [name, { load: [], peak: [], edits: new Map() }]));
    for (let index = 0; index < Number(options.rounds); index += 1) {
      for (const entrant of all) {
        const record = records.get(entrant.name);
        if (record !== undefined)
          await round(entrant, record, pictures.slice(0, REFERENCES), (steps) => outFile(entrant.name, steps));
      }
    }
    const [cpu] = cpus();
    console.log(
      `${cpus().length} × ${cpu?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${describeProcessor()}; ${options.size} from ${REFERENCES}`,
    );
    console.log(
      `reference(s) of ${options.reference}×${options.reference}, guidance on; medians of ${options.rounds} (share of the first)\n`,
    );
    console.log(await table(all, records, outFile));
    if (OTHER_REFERENCES.length > 0) await referenceCosts(checkpoint, pictures, join(folder, 'cost.png'));
  } finally {
    if (options.keep === undefined) await rm(folder, { recursive: true });
  }
}

await main();
