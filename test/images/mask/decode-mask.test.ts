import { describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { decodeMask } from '../../../src/images/mask/decode-mask.js';
import { goldenBytes } from '../../support/goldens.js';
import { gradient, pngBomb, pngOf } from '../../support/pictures.js';

const LIMITS = { maxPixels: 1e6, maxAspect: 10 };
/** Alpha of a row of pixels. */
const ROW = [0, 1, 64, 128, 254, 255] as const;

const rgba = (alphas: readonly number[]): Buffer => Buffer.from(alphas.flatMap((alpha) => [200, 10, alpha, alpha]));
const wide = (alphas: readonly number[]): Buffer =>
  sharpless(alphas.flatMap((alpha) => [30_000, 20_000, 10_000, alpha]));
const sharpless = (values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeUInt16BE(value, index * 2));
  return bytes;
};
const inverse = (alphas: readonly number[]): Uint8Array => Uint8Array.from(alphas, (alpha) => 255 - alpha);

describe('a mask', () => {
  test('is what alpha leaves: 0 changes wholly, 255 not at all, whatever the colours are', async () => {
    const file = await sharp(rgba(ROW), { raw: { width: 6, height: 1, channels: 4 } })
      .png()
      .toBuffer();
    expect(await decodeMask(file, LIMITS)).toEqual({ width: 6, height: 1, data: inverse(ROW) });
  });

  test('of 16 bits, in colours or grey', async () => {
    const alphas = [0, 255, 256, 32_768, 65_279, 65_535];
    const expected = inverse([0, 0, 1, 128, 254, 255]);
    const colours = pngOf({ width: 6, height: 1, bits: 16, colourType: 6 }, wide(alphas));
    const grey = pngOf({ width: 6, height: 1, bits: 16, colourType: 4 }, sharpless(alphas.flatMap((a) => [9, a])));
    for (const file of [colours, grey]) expect((await decodeMask(file, LIMITS)).data).toEqual(expected);
  });

  test('of grey with alpha', async () => {
    const { width, height, data } = await decodeMask(goldenBytes('pictures/grey-alpha.png'), LIMITS);
    const alpha = await sharp(goldenBytes('pictures/grey-alpha.png')).extractChannel('alpha').raw().toBuffer();
    expect({ width, height }).toEqual({ width: 29, height: 23 });
    expect(data).toEqual(Uint8Array.from(alpha, (value) => 255 - value));
    expect(new Set(data).size).toBeGreaterThan(10);
  });

  test('of a palette whose transparency is in tRNS, and of one transparent colour', async () => {
    const size = { width: 3, height: 1 };
    const palette = { PLTE: Buffer.from([9, 9, 9, 80, 80, 80, 255, 0, 0]), tRNS: Buffer.from([255, 0, 100]) };
    const indexed = pngOf({ ...size, bits: 8, colourType: 3 }, Buffer.from([0, 1, 2]), palette);
    expect((await decodeMask(indexed, LIMITS)).data).toEqual(inverse([255, 0, 100]));
    const key = { tRNS: sharpless([0, 255, 0]) };
    const keyed = pngOf({ ...size, bits: 8, colourType: 2 }, Buffer.from([0, 255, 0, 0, 254, 0, 0, 255, 0]), key);
    expect((await decodeMask(keyed, LIMITS)).data).toEqual(inverse([0, 255, 0]));
  });

  test('upright by the orientation in its eXIf', async () => {
    const picture = sharp(rgba(ROW), { raw: { width: 3, height: 2, channels: 4 } });
    const file = await picture.withMetadata({ orientation: 6 }).png().toBuffer();
    // Turned to the right: its first column is the last row.
    expect(await decodeMask(file, LIMITS)).toEqual({ width: 2, height: 3, data: inverse([128, 0, 254, 1, 255, 64]) });
  });

  test.each<readonly [string, () => Promise<Uint8Array> | Uint8Array, RegExp]>([
    ['an empty file', () => new Uint8Array(0), /^the file is empty$/],
    ['text', () => Buffer.from('a mask'), /^a mask must be a PNG, and the file is not a PNG, JPEG/],
    [
      'a JPEG',
      () => gradient(9, 9).jpeg().toBuffer(),
      /must be a PNG, and the file is a picture in JPEG; make transparent/,
    ],
    ['a WebP with alpha', () => gradient(9, 9, 4).webp().toBuffer(), /the file is a picture in WebP/],
    ['no alpha channel', () => gradient(9, 9).png().toBuffer(), /^the PNG has no alpha channel: make transparent/],
    ['an opaque one', () => gradient(9, 9).ensureAlpha(1).png().toBuffer(), /^it is opaque everywhere/],
    ['half of one', async () => (await gradient(90, 90, 4).png().toBuffer()).subarray(0, 300), /damaged or incomplete/],
    ['its signature alone', async () => (await gradient(9, 9, 4).png().toBuffer()).subarray(0, 8), /damaged/],
    [
      'a bomb',
      () => pngBomb(20_000, 20_000),
      /20000x20000 pixels, more than the limit of 1000000 \(MAX_IMAGE_MEGAPIXELS\)/,
    ],
    ['a very slim one', () => gradient(200, 9, 4).png().toBuffer(), /MAX_IMAGE_ASPECT/],
  ])('is not %s', async (_name, make, message) => {
    await expect(decodeMask(await make(), LIMITS)).rejects.toThrow(message);
  });

  test('asks for its pixels before it decodes them', async () => {
    const asked: number[] = [];
    const limits = { ...LIMITS, beforePixels: (pixels: number) => void asked.push(pixels) };
    await decodeMask(await gradient(9, 7, 4).png().toBuffer(), limits);
    expect(asked).toEqual([63]);
  });
});
