// @ts-check
/**
 * Counts how often the service says that a result is its input again: for edits that the miniature knows it must not (unless
 * the edit does change nothing: a grey photo made black and white), for wishes that it can't fulfil it must. Prints a table,
 * and each answer that is not what was expected. Needs the built program.
 *
 *     node benchmarks/unchanged.mjs [--checkpoint FOLDER] [--photos FOLDER] [--steps 1]
 *
 * --photos, the project's own photo unless told otherwise, is read without its subfolders. scripts/train-mini/README.md tells
 * what packages have photos. The miniature needs one step; an edit takes a second or two on two cores.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { startService } from '../scripts/support/service.mjs';
import { tableHead, tableRow } from './support/figures.mjs';

const ROOT = join(import.meta.dirname, '..');
const { values: options } = parseArgs({
  options: {
    checkpoint: { type: 'string', default: join(ROOT, 'models', 'mini') },
    photos: { type: 'string', default: join(ROOT, 'src', 'playground', 'static') },
    steps: { type: 'string', default: '1' },
  },
});

/** What the miniature knows; those of the second list leave a grey photo as it is. */
const EDITS = [
  ...[
    'tint it red',
    'add a green tint',
    'make it bluish',
    'make it warmer',
    '更冷',
    'make it brighter',
    'darken the image',
  ],
  ...[
    'invert the colors',
    'increase the contrast',
    'reduce the contrast',
    'add a sepia tone',
    'blur it',
    'make it sharper',
  ],
  ...['posterize it', 'flip it horizontally', 'turn it upside down', 'add a white border', '像素化'],
];
const EDITS_OF_COLOURS = ['make it black and white', 'make the colors pop', '降低饱和度'];
const LEFT_ALONE = [
  ...['keep it as it is', 'put a hat on the cat', 'make it look like an oil painting', 'add some clouds to the sky'],
  ...['add a red hat to the man', 'remove the background', 'crop the left half'],
];
/** Levels of 255 by which the channels of a grey photo's pixels differ at most, on average. */
const GREY_LEVELS = 1.5;

/** @param {Buffer} photo */
async function isGrey(photo) {
  const data = await sharp(photo)
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .resize(64, 64)
    .raw()
    .toBuffer();
  let sum = 0;
  for (let at = 0; at + 2 < data.length; at += 3) {
    const pixel = [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
    sum += Math.max(...pixel) - Math.min(...pixel);
  }
  return sum / (data.length / 3) < GREY_LEVELS;
}

const folder = resolve(options.photos);
const service = await startService({ QWEN_MODEL_DIR: resolve(options.checkpoint) });

/** @param {Buffer} photo @param {string} prompt */
async function isToldUnchanged(photo, prompt) {
  const form = new FormData();
  form.append('images', new Blob([new Uint8Array(photo)]), 'photo');
  for (const [name, value] of Object.entries({ prompt, num_inference_steps: options.steps, seed: '7' }))
    form.append(name, value);
  const response = await fetch(`${service.url}/v1/images/edits`, { method: 'POST', body: form });
  const answer = /** @type {{ warnings?: string[], error?: { message: string } }} */ (await response.json());
  if (answer.warnings === undefined) throw new Error(`${response.status}: ${answer.error?.message ?? ''}`);
  return answer.warnings.some((warning) => warning.startsWith('The picture came out as it went in'));
}

const files = (await readdir(folder)).filter((name) => /\.(png|jpe?g|webp|tiff?)$/i.test(name)).sort();
/** @type {Map<string, { edits: number, told: number }>} */
const counts = new Map();
/** @type {string[]} */
const surprises = [];
for (const file of files) {
  const photo = await readFile(join(folder, file));
  const grey = await isGrey(photo);
  const groups = {
    'edits that it knows': EDITS,
    [grey ? 'edits of colours, grey photos' : 'edits of colours']: EDITS_OF_COLOURS,
    'left alone': LEFT_ALONE,
  };
  for (const [group, prompts] of Object.entries(groups)) {
    for (const prompt of prompts) {
      const isTold = await isToldUnchanged(photo, prompt);
      const count = counts.get(group) ?? { edits: 0, told: 0 };
      counts.set(group, { edits: count.edits + 1, told: count.told + Number(isTold) });
      const isExpected = group === 'left alone' || group.endsWith('grey photos');
      if (isTold !== isExpected)
        surprises.push(`${file}: “${prompt}” is ${isTold ? 'told' : 'not told'} to be unchanged`);
    }
  }
}
await service.stop();
console.log(`${files.length} photos\n\n${tableHead(['', 'edits', 'told to be unchanged'])}`);
for (const [group, { edits, told }] of counts) console.log(tableRow([group, edits, told]));
console.log(`\n${surprises.length === 0 ? 'No surprises.' : surprises.join('\n')}`);
