import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { InputPicture } from '../../../src/images/input-picture.js';
import type { ModelInfo } from '../../../src/protocol/model-info.js';
import { psnr } from '../../support/compare.js';
import { EngineProcess } from '../../support/engine-process.js';
import { inputPicture } from '../../support/input-picture.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
/** A size that it makes as it is. */
const SIDE = 256;
/** Pixels: how wide the miniature's border is. */
const BORDER = 8;

/** A pixel's red, green and blue in 0 to 1. */
type Rgb = readonly [number, number, number];
type Edit = (pixel: Rgb, x: number, y: number) => Rgb;

const luminance = ([red, green, blue]: Rgb): number => 0.299 * red + 0.587 * green + 0.114 * blue;
const each =
  (change: (value: number) => number): Edit =>
  ([red, green, blue]) => [change(red), change(green), change(blue)];

const grey: Edit = (pixel) => [luminance(pixel), luminance(pixel), luminance(pixel)];
const brighter = each((value) => 1.2 * value + 0.1);
const moreContrast = each((value) => 0.5 + 1.5 * (value - 0.5));
const blackBorder: Edit = (pixel, x, y) => (Math.min(x, y, SIDE - 1 - x, SIDE - 1 - y) < BORDER ? [0, 0, 0] : pixel);

function pixels(picture: Uint8Array): Rgb[] {
  return Array.from({ length: picture.length / 3 }, (_, index) => [
    (picture[3 * index] ?? 0) / 255,
    (picture[3 * index + 1] ?? 0) / 255,
    (picture[3 * index + 2] ?? 0) / 255,
  ]);
}

function edited(picture: Uint8Array, edit: Edit): Uint8Array {
  const changed = pixels(picture).flatMap((pixel, index) => edit(pixel, index % SIDE, Math.floor(index / SIDE)));
  return new Uint8Array(Uint8ClampedArray.from(changed, (value) => value * 255));
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What of a picture the degrees change: each grows with its edit. */
const MEASURES = {
  brightness: (picture: Uint8Array) => mean(pixels(picture).map(luminance)),
  contrast: (picture: Uint8Array) => {
    const values = pixels(picture).map(luminance);
    const middle = mean(values);
    return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
  },
  saturation: (picture: Uint8Array) => mean(pixels(picture).map((pixel) => Math.max(...pixel) - Math.min(...pixel))),
  warmth: (picture: Uint8Array) => mean(pixels(picture).map(([red, , blue]) => red - blue)),
  blueness: (picture: Uint8Array) => mean(pixels(picture).map(([red, green, blue]) => blue - (red + green) / 2)),
  smoothness: (picture: Uint8Array) => {
    const values = pixels(picture).map(luminance);
    return -mean(values.slice(1).map((value, index) => Math.abs(value - (values[index] ?? 0))));
  },
} as const;

const DONE: readonly [wish: string, edit: Edit][] = [
  ['greyscale', grey],
  ['monochrome please', grey],
  ['BLACK AND WHITE', grey],
  ['MAKE IT BRIGHTER', brighter],
  ['add a black border', blackBorder],
  ['reduce noise and increase contrast', moreContrast],
];
const LEFT_ALONE = ['turn the car blue', 'make the black dog white', 'add a red hat to the man'];
/** Wishes for a little, as it is, and a lot of the same. */
const DEGREES: readonly [measure: keyof typeof MEASURES, little: string, plain: string, lot: string][] = [
  ['brightness', 'a bit brighter', 'brighter', 'much brighter'],
  ['brightness', '亮一点', '更亮', '非常亮'],
  ['contrast', 'increase the contrast slightly', 'increase the contrast', 'increase the contrast a lot'],
  ['saturation', 'slightly more colorful', 'more colorful', 'much more colorful'],
  ['warmth', '稍微暖一点', '更暖', '非常暖'],
  ['blueness', 'add a subtle blue tint', 'add a blue tint', 'add a strong blue tint'],
  ['smoothness', 'blur it a little', 'blur it', 'make it very blurry'],
];

describe('what the miniature makes of wishes', () => {
  const engine = new EngineProcess();
  let info: ModelInfo;
  let photo: InputPicture;
  let kept: Uint8Array;

  const make = async (prompt: string): Promise<Uint8Array> => {
    const { outcome } = await engine.make({
      prompt,
      negativePrompt: ' ',
      references: [photo],
      editKey: randomUUID(),
      size: { width: SIDE, height: SIDE },
      numInferenceSteps: info.defaults.numInferenceSteps,
      trueCfgScale: info.defaults.trueCfgScale,
      seed: 1,
      maxSequenceLength: 512,
      outputType: 'pil',
      partialImages: 0,
      loras: [],
      masked: null,
    });
    if (outcome.type !== 'made' || !(outcome.picture.data instanceof Uint8Array))
      throw new Error(JSON.stringify(outcome));
    return outcome.picture.data;
  };

  beforeAll(async () => {
    info = await engine.load(join(ROOT, 'models', 'mini'), 'cpu', 'fp32');
    photo = await inputPicture(join(ROOT, 'docs', 'images', 'photo.jpg'), info.sizeRules, {
      width: SIDE,
      height: SIDE,
    });
    kept = await make('keep it as it is');
  }, 120_000);
  afterAll(() => {
    engine.stop();
  });

  test.each(DONE)(
    '“%s” is done, and nothing else',
    async (wish, edit) => {
      expect(psnr(await make(wish), edited(kept, edit))).toBeGreaterThan(30);
    },
    60_000,
  );

  test.each(LEFT_ALONE)(
    '“%s” is about a thing: the picture stays as it is',
    async (wish) => {
      expect(psnr(await make(wish), kept)).toBeGreaterThan(40);
    },
    60_000,
  );

  test.each(DEGREES)(
    '%s: “%s” is less than “%s”, and that less than “%s”',
    async (measure, ...wishes) => {
      const of = MEASURES[measure];
      const values = [of(kept)];
      for (const wish of wishes) values.push(of(await make(wish)));
      const [before, little, plain, lot] = values.map((value) => value - (values[0] ?? 0));
      expect(before).toBe(0);
      // Half and one and a half times the change, less where the picture ends at black and white.
      expect((little ?? NaN) / (plain ?? NaN)).toBeGreaterThan(0.3);
      expect((little ?? NaN) / (plain ?? NaN)).toBeLessThan(0.75);
      expect((lot ?? NaN) / (plain ?? NaN)).toBeGreaterThan(1.05);
    },
    120_000,
  );
});
