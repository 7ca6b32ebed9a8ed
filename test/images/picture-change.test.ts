import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import sharp, { type Sharp } from 'sharp';
import { pictureChange } from '../../src/images/picture-change.js';
import { resizeLanczos } from '../../src/images/pil-resize.js';
import type { RgbImage } from '../../src/images/rgb-image.js';
import { psnr } from '../support/compare.js';

const PHOTO = join(import.meta.dirname, '..', '..', 'docs', 'images', 'photo.jpg');
/** No multiple of the blocks. */
const SIZE = { width: 330, height: 231 };

const toImage = async (picture: Sharp): Promise<RgbImage> => {
  const { data, info } = await picture.removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
};
const fromImage = ({ data, width, height }: RgbImage): Sharp => sharp(data, { raw: { width, height, channels: 3 } });
const clamp = (level: number): number => Math.min(255, Math.max(0, Math.round(level)));
const largest = (picture: RgbImage, other: RgbImage): number => {
  const { tone, structure, detail } = pictureChange(picture, other);
  return Math.max(tone, structure, detail);
};

describe('a change told from noise', () => {
  let photo: RgbImage;
  beforeAll(async () => {
    photo = await toImage(sharp(await readFile(PHOTO)).resize(SIZE.width, SIZE.height));
  });

  /** Part of the way from the photo to an edit of it. */
  const partOf = (edited: RgbImage, share: number): RgbImage => ({
    ...edited,
    data: edited.data.map((value, at) => Math.round((photo.data[at] ?? 0) + share * (value - (photo.data[at] ?? 0)))),
  });

  /** A pattern of the same kind as noise, the same in every run. */
  const noisy = (image: RgbImage, levels: number): RgbImage => ({
    ...image,
    data: image.data.map((value, at) => clamp(value + (((at * 7919) % 101) / 50 - 1) * levels)),
  });

  test('with a mask only what it lets change is compared', () => {
    const { width, height } = photo;
    const mask = new Uint8Array(width * height);
    for (let pixel = 0; pixel < mask.length; pixel += 1) mask[pixel] = pixel % width < 100 ? 1 : 0;
    const inverted = (where: number): RgbImage => ({
      ...photo,
      data: photo.data.map((value, at) => ((mask[Math.trunc(at / 3)] ?? 0) === where ? 255 - value : value)),
    });
    expect(pictureChange(inverted(0), photo, mask)).toEqual({ tone: 0, structure: 0, detail: 0 });
    expect(pictureChange(inverted(1), photo, mask).tone).toBeGreaterThan(10);
    expect(pictureChange(inverted(1), photo, mask).detail).toBeGreaterThan(10);
    const all = new Uint8Array(mask.length).fill(255);
    expect(pictureChange(noisy(photo, 3), photo, all)).toEqual(pictureChange(noisy(photo, 3), photo));
  });

  test('the same picture: none', () => {
    expect(pictureChange(photo, photo)).toEqual({ tone: 0, structure: 0, detail: 0 });
  });

  test.each<readonly [string, () => Promise<RgbImage>]>([
    ['noise of three levels', () => Promise.resolve(noisy(photo, 3))],
    ['a good JPEG', async () => toImage(sharp(await fromImage(photo).jpeg({ quality: 90 }).toBuffer()))],
    ['a good WebP', async () => toImage(sharp(await fromImage(photo).webp({ quality: 95 }).toBuffer()))],
    ['resized up and back', () => Promise.resolve(resizeLanczos(resizeLanczos(photo, 440, 308), 330, 231))],
  ])('none: %s', async (_what, make) => {
    expect(largest(await make(), photo)).toBeLessThan(1);
  });

  test.each<readonly [string, () => Promise<RgbImage>]>([
    ['a little brighter', () => toImage(fromImage(photo).linear(1.05, 0))],
    ['a little warmer', () => toImage(fromImage(photo).linear([1.05, 1, 0.95], [0, 0, 0]))],
    ['a little less saturated', async () => partOf(await toImage(fromImage(photo).modulate({ saturation: 0 })), 0.25)],
    ['a little more contrast', () => toImage(fromImage(photo).linear(1.08, -10))],
    ['a little sharper', async () => partOf(await toImage(fromImage(photo).sharpen({ sigma: 1.5 })), 0.3)],
    ['a little blurred', async () => partOf(await toImage(fromImage(photo).blur(1.5)), 0.3)],
    [
      'a face made unreadable, the rest as it was',
      async () => {
        const face = { left: 96, top: 64, width: 64, height: 64 };
        const pixels = await fromImage(photo).extract(face).resize(8, 8).png().toBuffer();
        const large = await sharp(pixels).resize(64, 64, { kernel: 'nearest' }).toBuffer();
        return toImage(fromImage(photo).composite([{ input: large, left: face.left, top: face.top }]));
      },
    ],
    [
      'a thin border',
      () =>
        toImage(
          fromImage(photo)
            .extract({ left: 3, top: 3, width: 324, height: 225 })
            .extend({ left: 3, right: 3, top: 3, bottom: 3, background: 'white' }),
        ),
    ],
    [
      'a small spot of another colour',
      () => {
        const spot = { create: { width: 14, height: 14, channels: 3 as const, background: '#3050c0' } };
        return toImage(fromImage(photo).composite([{ input: spot, left: 150, top: 120 }]));
      },
    ],
  ])('seen: %s, which leaves a high PSNR', async (_what, make) => {
    const edited = await make();
    expect(largest(edited, photo)).toBeGreaterThan(1);
    expect(psnr(edited.data, photo.data)).toBeGreaterThan(15);
  });

  test('noise in a picture without any detail is none, and a tint of it is seen', () => {
    const flat: RgbImage = { ...SIZE, data: new Uint8Array(SIZE.width * SIZE.height * 3).fill(90) };
    expect(largest(noisy(flat, 2), flat)).toBeLessThan(1);
    expect(
      largest({ ...flat, data: flat.data.map((value, at) => value + (at % 3 === 2 ? 6 : 0)) }, flat),
    ).toBeGreaterThan(1);
  });
});
