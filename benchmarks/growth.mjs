// @ts-check
/**
 * Prints and plots how an edit's cost grows with the result's size, the reference's size, the steps and the variants, one
 * at a time from a middle point. Needs the built program, and a machine that does nothing else.
 *
 *     node benchmarks/growth.mjs [--checkpoint FOLDER | --random] [--precision fp32] [--out FOLDER] [--rounds 3]
 *
 * --sizes 128,256,384,512   --references 256,512,1024   --steps 1,2,4,8   --variants 1,2,4   the values; the first two are
 * sides of squares in pixels. The second of each list is the middle point's, the first one of --variants.
 * The miniature is served, but for its range of sizes (minutes on two cores), with --random a checkpoint of the published VAE with random weights, which
 * is made where there is none (an edit of 512×512 takes a minute and more). --out, the current folder, gets growth.svg.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeRandomCheckpoint } from '../scripts/make-random-checkpoint.mjs';
import { copyWithoutRange } from './support/any-size.mjs';
import { startOurs } from './support/contestants.mjs';
import { median, numbers, tableHead, tableRow } from './support/figures.mjs';
import { writePhoto } from './support/photo.mjs';
import { plotPanels } from './support/plot.mjs';

const { values: options } = parseArgs({
  options: {
    checkpoint: { type: 'string' },
    random: { type: 'boolean', default: false },
    precision: { type: 'string', default: 'fp32' },
    sizes: { type: 'string', default: '128,256,384,512' },
    references: { type: 'string', default: '256,512,1024' },
    steps: { type: 'string', default: '1,2,4,8' },
    variants: { type: 'string', default: '1,2,4' },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string', default: '.' },
  },
});

/** @typedef {{ size: number, reference: number, steps: number, variants: number }} Point */

/** @type {{ name: keyof Point, title: string, values: number[] }[]} */
const SERIES = [
  { name: 'size', title: 'side of the result, pixels', values: numbers(options.sizes) },
  { name: 'reference', title: 'side of the reference, pixels', values: numbers(options.references) },
  { name: 'steps', title: 'steps', values: numbers(options.steps) },
  { name: 'variants', title: 'variants', values: numbers(options.variants) },
];

/** The point that all series go through, but for the value that each varies. @type {Point} */
const BASE = {
  size: numbers(options.sizes)[1] ?? 256,
  reference: numbers(options.references)[1] ?? 512,
  steps: numbers(options.steps)[1] ?? 2,
  variants: numbers(options.variants)[0] ?? 1,
};

/**
 * Makes a point's edit in a service of its own.
 * @param {string} checkpoint
 * @param {string} folder for its pictures
 * @param {Point} point
 */
async function measure(checkpoint, folder, point) {
  const picture = join(folder, `${point.reference}.png`);
  await writePhoto(picture, point.reference);
  const env = { PRECISION: options.precision, DEVICE_MAP: 'cpu' };
  const service = await startOurs({ checkpoint, env });
  const { size, steps, variants } = point;
  const common = {
    pictures: [picture],
    prompt: 'make the sky red',
    trueCfgScale: 4,
    width: size,
    height: size,
    steps,
    variants,
  };
  const times = [];
  for (let round = 0; round < Number(options.rounds); round += 1) {
    times.push(await service.make({ ...common, seed: round }, join(folder, 'out.png')));
  }
  const bytes = await service.stop();
  /** @param {'whole' | 'text' | 'encode' | 'forward' | 'decode'} part */
  const of = (part) => median(times.map((time) => time[part]));
  return {
    whole: of('whole'),
    text: of('text'),
    encode: of('encode'),
    forward: of('forward') / variants,
    decode: of('decode') / variants,
    gibibytes: bytes / 2 ** 30,
  };
}

/**
 * Measures a series and prints its table.
 * @param {(typeof SERIES)[number]} series
 * @param {(point: Point) => ReturnType<typeof measure>} at
 */
async function grow({ name, title, values }, at) {
  const parts = ['text encoder, s', 'VAE encode, s', 'a forward, s', 'VAE decode, s'];
  console.log(tableHead([title, 'whole edit, s', ...parts, 'peak memory, GiB']));
  const points = [];
  for (const value of values) {
    const { whole, text, encode, forward, decode, gibibytes } = await at({ ...BASE, [name]: value });
    points.push({ x: value, y: whole });
    console.log(
      tableRow([value, ...[whole, text, encode, forward, decode, gibibytes].map((figure) => figure.toFixed(2))]),
    );
  }
  console.log('');
  return { title, points };
}

async function main() {
  const random = join(tmpdir(), 'qwen-image-edit-random-middle');
  if (options.random && !existsSync(join(random, 'model_index.json'))) await makeRandomCheckpoint(random, 'middle');
  const { size, reference, steps, variants } = BASE;
  console.log(
    `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${options.precision}, guidance on`,
  );
  console.log(`but for the value that varies: result ${size}², reference ${reference}², ${steps} steps, n=${variants}`);
  console.log(`medians of ${options.rounds}\n`);
  const folder = await mkdtemp(join(tmpdir(), 'growth-'));
  const miniature = join(folder, 'miniature');
  const checkpoint = options.random ? random : resolve(options.checkpoint ?? miniature);
  try {
    if (checkpoint === miniature) await copyWithoutRange(join(import.meta.dirname, '..', 'models', 'mini'), miniature);
    const panels = [];
    for (const series of SERIES) panels.push(await grow(series, (point) => measure(checkpoint, folder, point)));
    await writeFile(join(options.out, 'growth.svg'), plotPanels('seconds of an edit', panels));
  } finally {
    await rm(folder, { recursive: true });
  }
}

await main();
