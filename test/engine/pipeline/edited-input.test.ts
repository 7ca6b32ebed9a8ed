import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { EditedInput } from '../../../src/engine/pipeline/edited-input.js';
import { decodeImage } from '../../../src/images/decode.js';
import { resizeLanczos } from '../../../src/images/pil-resize.js';
import type { RgbImage } from '../../../src/images/rgb-image.js';

const PHOTO = join(import.meta.dirname, '..', '..', '..', 'docs', 'images', 'photo.jpg');
const LATENTS = { data: new Float32Array(0), channels: 16, height: 28, width: 40 };

/** As a VAE's decoder gives it. */
const planesOf = ({ data, width, height }: RgbImage): Float32Array => {
  const area = width * height;
  return Float32Array.from({ length: 3 * area }, (_, at) => (data[(at % area) * 3 + Math.floor(at / area)] ?? 0) / 255);
};

describe('the input that a result may be again', () => {
  let photo: RgbImage;
  let blurred: RgbImage;
  beforeAll(async () => {
    photo = resizeLanczos(await decodeImage(await readFile(PHOTO), { maxPixels: 1e6, maxAspect: 10 }), 320, 224);
    const { data, width, height } = photo;
    const pixels = await sharp(data, { raw: { width, height, channels: 3 } })
      .blur(1)
      .raw()
      .toBuffer();
    blurred = { ...photo, data: new Uint8Array(pixels) };
  });

  /** Decoders by what they make of the input's latents. */
  const decoder = (made: () => RgbImage): { decode: () => Promise<Float32Array>; runs: () => number } => {
    let runs = 0;
    return { decode: () => Promise.resolve(((runs += 1), planesOf(made()))), runs: () => runs };
  };

  test('is compared as the VAE gives it back: what that loses alone is no change, and doing without that loss is one', async () => {
    const { decode, runs } = decoder(() => blurred);
    const input = new EditedInput(photo, LATENTS);
    expect(await input.isAgain(blurred, decode)).toBe(true);
    expect(await input.isAgain(photo, decode)).toBe(false);
    // Other variants of the edit take what was decoded.
    expect(runs()).toBe(1);
  });

  test('is compared where the mask lets it change, and nowhere else', async () => {
    const { width, height } = photo;
    const isIn = (pixel: number): boolean => pixel % width < 90;
    const mask = { width, height, data: Uint8Array.from({ length: width * height }, (_, at) => (isIn(at) ? 1 : 0)) };
    const inverted = (inside: boolean): RgbImage => ({
      ...photo,
      data: photo.data.map((value, at) => (isIn(Math.trunc(at / 3)) === inside ? 255 - value : value)),
    });
    const { decode } = decoder(() => photo);
    expect(await new EditedInput(photo, LATENTS, mask).isAgain(inverted(false), decode)).toBe(true);
    expect(await new EditedInput(photo, LATENTS, mask).isAgain(inverted(true), decode)).toBe(false);
    expect(await new EditedInput(photo, LATENTS).isAgain(inverted(false), decode)).toBe(false);
  });

  test('isn’t decoded for a result that is far from it, as every result of a VAE without sense is', async () => {
    const { decode, runs } = decoder(() => photo);
    const input = new EditedInput(photo, LATENTS);
    const grey = { ...photo, data: photo.data.map(() => 128) };
    expect(await input.isAgain(grey, decode)).toBe(false);
    expect(
      await new EditedInput(photo, LATENTS).isAgain({ ...photo, data: photo.data.map((value) => 255 - value) }, decode),
    ).toBe(false);
    expect(runs()).toBe(0);
  });

  test('is resized to a result of another size and aspect; one with more pixels isn’t decoded', async () => {
    const { decode, runs } = decoder(() => photo);
    const small = resizeLanczos(photo, 208, 208);
    expect(await new EditedInput(photo, LATENTS).isAgain(small, decode)).toBe(true);
    expect(runs()).toBe(0);
    expect(await new EditedInput(photo, LATENTS).isAgain(resizeLanczos(photo, 256, 320), decode)).toBe(true);
    expect(runs()).toBe(1);
    expect(await new EditedInput(photo, LATENTS).isAgain(resizeLanczos(blurred, 256, 320), decode)).toBe(false);
  });
});
