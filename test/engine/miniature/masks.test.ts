import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import sharp from 'sharp';
import type { RgbImage } from '../../../src/images/rgb-image.js';
import { edit, type EditBody, form, type Fields } from '../../support/edit-form.js';
import { decoded, differences, ellipse, maskOf, type Shape } from '../../support/masks.js';
import { reportFigure } from '../../support/report-figure.js';
import { sharedServer } from '../../support/shared-server.js';

jest.setTimeout(300_000);

const ROOT = join(import.meta.dirname, '..', '..', '..');
/** The photos that come with the project, in sizes that the miniature doesn't make, and one that it does. */
const PHOTOS: readonly (readonly [name: string, file: string, width: number, height: number])[] = [
  ['the cat', 'docs/images/photo.jpg', 451, 300],
  ['the cat, upright', 'docs/images/photo.jpg', 300, 400],
  ['the cat at a size that is made', 'docs/images/photo.jpg', 256, 256],
  ['the page’s sample', 'src/playground/static/sample.jpg', 640, 427],
];

/** Levels of 255: how far a pixel is from grey. */
const colour = ({ data }: RgbImage, pixel: number): number => {
  const [red = 0, green = 0, blue = 0] = data.subarray(3 * pixel, 3 * pixel + 3);
  return Math.max(red, green, blue) - Math.min(red, green, blue);
};
const luminance = ({ data }: RgbImage, pixel: number): number =>
  0.299 * (data[3 * pixel] ?? 0) + 0.587 * (data[3 * pixel + 1] ?? 0) + 0.114 * (data[3 * pixel + 2] ?? 0);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the miniature, with a mask', () => {
  const service = sharedServer({ checkpoint: join(ROOT, 'models', 'mini') });

  const resultOf = async ({ data: [first] }: EditBody): Promise<RgbImage> =>
    decoded(Buffer.from(first?.b64_json ?? '', 'base64'));
  const masked = async (images: Buffer, shape: Shape, changes: Fields = {}): Promise<EditBody> => {
    const { width, height } = await decoded(images);
    const mask = await maskOf(width, height, shape).png().toBuffer();
    return edit(service.url, form({ images, mask, prompt: 'make it black and white', seed: '1', ...changes }));
  };

  test.each(PHOTOS)('makes %s black and white inside only, without a seam', async (name, file, width, height) => {
    const photo = await sharp(join(ROOT, file)).resize(width, height, { fit: 'cover' }).png().toBuffer();
    const input = await decoded(photo);
    const shape = ellipse(width, height, 0.35);
    const deep = ellipse(width, height, 0.3);
    const body = await masked(photo, shape);
    expect(body.size).toBe(`${width}x${height}`);
    const result = await resultOf(body);
    const { outside, inside } = differences(result, input, shape);
    expect(outside).toBe(0);
    expect(inside).toBeGreaterThan(0.7 * Math.PI * 0.35 ** 2 * width * height);

    const pixels = [...Array(width * height).keys()];
    const isIn = (which: Shape) => (pixel: number) => which(pixel % width, Math.trunc(pixel / width));
    const within = pixels.filter(isIn(deep));
    const [before, after] = [
      mean(within.map((pixel) => colour(input, pixel))),
      mean(within.map((pixel) => colour(result, pixel))),
    ];
    reportFigure('masked', `${name}: colour inside`, `${before.toFixed(1)} to ${after.toFixed(1)} of 255`);
    expect(after).toBeLessThan(before / 2.5);

    // Steps of brightness over the mask's edge, against those of the photo at the same places.
    const inShape = isIn(shape);
    const steps = (picture: RgbImage): number => {
      const crossing = pixels.flatMap((pixel) =>
        [pixel + 1, pixel + width]
          .filter((other) => other < width * height && inShape(other) !== inShape(pixel))
          .map((other) => Math.abs(luminance(picture, other) - luminance(picture, pixel))),
      );
      expect(crossing.length).toBeGreaterThan(200);
      return mean(crossing);
    };
    const [own, seam] = [steps(input), steps(result)];
    reportFigure('masked', `${name}: step over the edge`, `${own.toFixed(2)} to ${seam.toFixed(2)} levels`);
    expect(seam).toBeLessThan(1.15 * own + 0.5);
    // A hard edge between the photo and its grey, which the same measure finds in the colours.
    const hard = await resultOf(await masked(photo, shape, { mask_feather: '0' }));
    const colourSteps = (picture: RgbImage): number =>
      mean(
        pixels
          .filter((pixel) => pixel % width < width - 1 && inShape(pixel + 1) !== inShape(pixel))
          .map((pixel) => Math.abs(colour(picture, pixel + 1) - colour(picture, pixel))),
      );
    reportFigure(
      'masked',
      `${name}: step of colour`,
      `${colourSteps(result).toFixed(2)}, hard ${colourSteps(hard).toFixed(2)} levels`,
    );
    expect(colourSteps(result)).toBeLessThan(colourSteps(hard) / 2);
  });

  test('says that nothing has changed by what is inside alone', async () => {
    const photo = await readFile(join(ROOT, 'docs', 'images', 'photo.jpg'));
    const corner: Shape = (x, y) => x < 120 && y < 100;
    const unchanged = (body: EditBody): boolean => body.warnings.some((warning) => warning.includes('changed nothing'));
    expect(unchanged(await masked(photo, corner, { prompt: 'keep it as it is' }))).toBe(true);
    // Most of the picture is as it was, and that is no reason to say so.
    expect(unchanged(await masked(photo, corner))).toBe(false);
    expect(unchanged(await masked(photo, (x, y) => x > 400 && y > 250, { prompt: 'invert the colors' }))).toBe(false);
  });
});
