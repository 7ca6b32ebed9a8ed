// @ts-check
/**
 * Prints how well a checkpoint makes sizes, whatever range its service.json gives: dB of a photo that is kept and flipped both
 * ways against what these edits truly make of the photo, resized to the size. A range is where all of them are high; flips need
 * the most exact places. Needs the built program.
 *
 *     node benchmarks/sizes.mjs [WIDTHxHEIGHT,…] [--checkpoint FOLDER] [--photo FILE] [--steps 4]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { register } from 'tsx/esm/api';
import { startService } from '../scripts/support/service.mjs';
import { copyWithoutRange } from './support/any-size.mjs';
import { editBody, firstPicture, postEdit } from './support/edit-request.mjs';

register();
const { resizeLanczos } = await import('../src/images/pil-resize.js');

const ROOT = join(import.meta.dirname, '..');
const SIZES = '128x128,192x192,240x240,256x224,256x256,288x256,288x288,320x320,352x168,352x208,384x176,448x144,704x96';
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    checkpoint: { type: 'string', default: join(ROOT, 'models', 'mini') },
    photo: { type: 'string', default: join(ROOT, 'docs', 'images', 'photo.jpg') },
    steps: { type: 'string', default: '4' },
  },
});

/** @typedef {import('../src/images/rgb-image.js').RgbImage} RgbImage */

/** @param {string | Buffer} file @returns {Promise<RgbImage>} */
async function pixelsOf(file) {
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/**
 * The picture whose pixel at (x, y) is the given one's at `from(x, y)`.
 * @param {RgbImage} image
 * @param {(x: number, y: number) => [number, number]} from
 */
function moved({ width, height, data }, from) {
  const result = new Uint8Array(data.length);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const [x, y] = from(pixel % width, Math.floor(pixel / width));
    result.set(data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3), 3 * pixel);
  }
  return result;
}

/** What each prompt truly makes. @type {Record<string, (image: RgbImage) => Uint8Array>} */
const EDITS = {
  'keep it as it is': ({ data }) => data,
  'flip it horizontally': (image) => moved(image, (x, y) => [image.width - 1 - x, y]),
  'turn it upside down': (image) => moved(image, (x, y) => [x, image.height - 1 - y]),
};

/** @param {Uint8Array} one @param {Uint8Array} other */
function decibels(one, other) {
  const squares = one.reduce((sum, value, index) => sum + (value - (other[index] ?? NaN)) ** 2, 0);
  return 10 * Math.log10(255 ** 2 / (squares / one.length));
}

const folder = await mkdtemp(join(tmpdir(), 'sizes-'));
try {
  await copyWithoutRange(resolve(options.checkpoint), folder);
  const service = await startService({ QWEN_MODEL_DIR: folder });
  const photo = await pixelsOf(options.photo);
  const file = await sharp(options.photo).png().toBuffer();
  console.log(['size'.padEnd(10), 'area'.padEnd(8), ...Object.keys(EDITS)].join('  '));
  for (const size of (positionals[0] ?? SIZES).split(',')) {
    const [width = 0, height = 0] = size.split('x').map(Number);
    const figures = [];
    for (const [prompt, edit] of Object.entries(EDITS)) {
      const answer = await postEdit(
        service.url,
        editBody({ prompt, size, num_inference_steps: options.steps, seed: '1' }, file),
      );
      if (answer.status !== 200) throw new Error(answer.text);
      const { data } = await pixelsOf(Buffer.from(firstPicture(answer.text), 'base64'));
      figures.push(
        decibels(data, edit(resizeLanczos(photo, width, height)))
          .toFixed(1)
          .padStart(prompt.length),
      );
    }
    console.log([size.padEnd(10), String(width * height).padEnd(8), ...figures].join('  '));
  }
  await service.stop();
} finally {
  await rm(folder, { recursive: true });
}
