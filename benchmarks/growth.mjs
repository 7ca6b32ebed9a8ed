// @ts-check
/**
 * Prints and plots how an edit's cost grows with the picture's size, the reference's size, the steps and the variants,
 * one at a time from a middle point. Needs the built program in dist/, and a machine that does nothing else.
 *
 *     node benchmarks/growth.mjs [--checkpoint FOLDER] [--precision fp32] [--out FOLDER] [--rounds 3]
 *
 * --sizes 256,512,768,1024   --references 512,1024   --steps 1,2,4,8   --variants 1,2,4   the values; the first two are
 * sides of squares in pixels. A checkpoint with random weights is made where there is none. --out gets growth.svg.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeRandomCheckpoint } from '../scripts/make-random-checkpoint.mjs';
import { startOurs } from './support/contestants.mjs';
import { writePhoto } from './support/photo.mjs';
import { plotPanels } from './support/plot.mjs';

const { values: options } = parseArgs({
  options: {
    checkpoint: { type: 'string', default: join(tmpdir(), 'qwen-image-edit-random-middle') },
    precision: { type: 'string', default: 'fp32' },
    sizes: { type: 'string', default: '256,512,768,1024' },
    references: { type: 'string', default: '512,1024' },
    steps: { type: 'string', default: '1,2,4,8' },
    variants: { type: 'string', default: '1,2,4' },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string', default: '.' },
  },
});

/** The point that all series go through, but for the value that each varies. */
const BASE = { size: 512, reference: 1024, steps: 2, variants: 1 };

/** @param {string} list */
const numbers = (list) => list.split(',').map(Number);
/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

/** @type {{ name: keyof typeof BASE, title: string, values: number[] }[]} */
const SERIES = [
  { name: 'size', title: 'side of the result, pixels', values: numbers(options.sizes) },
  { name: 'reference', title: 'side of the reference, pixels', values: numbers(options.references) },
  { name: 'steps', title: 'steps', values: numbers(options.steps) },
  { name: 'variants', title: 'variants', values: numbers(options.variants) },
];

/**
 * @param {string} folder
 * @param {typeof BASE} point
 */
async function measure(folder, point) {
  const picture = join(folder, `${point.reference}.png`);
  await writePhoto(picture, point.reference);
  const env = { PRECISION: options.precision, DEVICE_MAP: 'cpu' };
  const service = await startOurs({ checkpoint: resolve(options.checkpoint), env });
  const { size, steps, variants } = point;
  const common = { picture, prompt: 'Make the sky red.', trueCfgScale: 4, width: size, height: size, steps, variants };
  const times = [];
  for (let round = 0; round < Number(options.rounds); round += 1) {
    times.push(await service.make({ ...common, seed: round }, join(folder, 'out.png')));
  }
  const bytes = await service.stop();
  /** @param {keyof import('./support/contestants.mjs').EditTime} part */
  const of = (part) => median(times.map((time) => time[part]));
  return {
    whole: of('whole'),
    forward: of('forward') / variants,
    decode: of('decode') / variants,
    gibibytes: bytes / 2 ** 30,
  };
}

async function main() {
  const checkpoint = resolve(options.checkpoint);
  if (!existsSync(join(checkpoint, 'model_index.json'))) await makeRandomCheckpoint(checkpoint, 'middle');
  const folder = await mkdtemp(join(tmpdir(), 'growth-'));
  const panels = [];
  try {
    for (const { name, title, values } of SERIES) {
      console.log(
        `| ${title} | whole edit, s | a forward, s | VAE decode, s | peak memory, GiB |\n|---|---|---|---|---|`,
      );
      const points = [];
      for (const value of values) {
        const cost = await measure(folder, { ...BASE, [name]: value });
        points.push({ x: value, y: cost.whole });
        const cells = [cost.whole, cost.forward, cost.decode, cost.gibibytes].map((figure) => figure.toFixed(2));
        console.log(`| ${value} | ${cells.join(' | ')} |`);
      }
      console.log('');
      panels.push({ title, points });
    }
    await writeFile(join(options.out, 'growth.svg'), plotPanels('seconds of an edit', panels));
  } finally {
    await rm(folder, { recursive: true });
  }
}

await main();
