import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { InputPicture } from '../../../src/images/input-picture.js';
import type { LoraChoice } from '../../../src/protocol/lora.js';
import type { ModelInfo } from '../../../src/protocol/model-info.js';
import { psnr } from '../../support/compare.js';
import { EngineProcess } from '../../support/engine-process.js';
import { inputPicture } from '../../support/input-picture.js';

const MODELS = join(import.meta.dirname, '..', '..', '..', 'models');
/** A square one, a wide one and a tall one, all made as they are. */
const SIZES = [
  { width: 256, height: 256 },
  { width: 320, height: 208 },
  { width: 192, height: 336 },
] as const;
type Size = (typeof SIZES)[number];

/** What scripts/train-mini/mini/loras.py intends: the frame's width and the length of its twist, the colours of its shade, itself and its shine. */
const FRAME = 8;
const GOLD = [
  [128, 94, 26],
  [212, 175, 55],
  [250, 226, 140],
] as const;
const RELIEF = 0.45;
const DARKNESS = 0.85;
const FALL = 48;

/** The value of a channel (0 to 255) at a place, from what it was. */
type Edit = (before: number, channel: 0 | 1 | 2, x: number, y: number, size: Size) => number;

const goldFrame =
  (scale: number): Edit =>
  (before, channel, x, y, { width, height }) => {
    if (Math.min(x, y, width - 1 - x, height - 1 - y) >= FRAME) return before;
    const light = RELIEF * Math.cos((2 * Math.PI * (x + y)) / FRAME);
    const [shade, plain, shine] = [GOLD[0][channel], GOLD[1][channel], GOLD[2][channel]];
    const gold = plain + light * (light < 0 ? plain - shade : shine - plain);
    return before + scale ** 2 * (gold - before);
  };

const fromEdges = (at: number, length: number): number =>
  Math.exp(-(at + 0.5) / FALL) + Math.exp(-(length - at - 0.5) / FALL);

const vignette =
  (scale: number): Edit =>
  (before, _channel, x, y, { width, height }) =>
    before - 255 * DARKNESS * scale ** 2 * 4 ** (1 - scale) * fromEdges(x, width) * fromEdges(y, height);

function edited(picture: Uint8Array, edits: readonly Edit[], size: Size): Uint8Array {
  const changed = Uint8ClampedArray.from(picture, (value, index) => {
    const pixel = Math.floor(index / 3);
    const [x, y] = [pixel % size.width, Math.floor(pixel / size.width)];
    return edits.reduce((now, edit) => Math.max(edit(now, (index % 3) as 0 | 1 | 2, x, y, size), 0), value);
  });
  return new Uint8Array(changed);
}

const EDITS = { 'gold-frame': goldFrame, vignette } as const;
const lora = (name: string, scale = 1): LoraChoice => ({ name, scale });

describe("the miniature's LoRAs", () => {
  const engine = new EngineProcess();
  let info: ModelInfo;
  const photos = new Map<Size, InputPicture>();

  const make = async (size: Size, prompt: string, loras: readonly LoraChoice[]): Promise<Uint8Array> => {
    const photo = photos.get(size);
    if (!photo) throw new Error('no photo');
    const { outcome } = await engine.make({
      prompt,
      negativePrompt: ' ',
      references: [photo],
      editKey: randomUUID(),
      size,
      // More steps make its pictures no better.
      numInferenceSteps: 1,
      trueCfgScale: info.defaults.trueCfgScale,
      seed: 1,
      maxSequenceLength: 512,
      outputType: 'pil',
      partialImages: 0,
      loras,
      masked: null,
    });
    if (outcome.type !== 'made' || !(outcome.picture.data instanceof Uint8Array))
      throw new Error(JSON.stringify(outcome));
    return outcome.picture.data;
  };

  beforeAll(async () => {
    info = await engine.load(join(MODELS, 'mini'), 'cpu', 'fp32', undefined, join(MODELS, 'mini-lora'));
    const file = join(MODELS, '..', 'docs', 'images', 'photo.jpg');
    for (const size of SIZES) photos.set(size, await inputPicture(file, info.sizeRules, size));
  }, 120_000);
  afterAll(() => {
    engine.stop();
  });

  test('are served, each with what it is for', () => {
    expect(info.loras).toMatchObject([
      { name: 'gold-frame', defaultScale: 1, refused: null },
      { name: 'vignette', defaultScale: 1, refused: null },
    ]);
    for (const { description } of info.loras) expect(description).toMatch(/^\w.*\.$/);
    expect(info.warnings).toEqual([]);
  });

  test.each(SIZES)(
    'add their edits to a picture of $width×$height',
    async (size) => {
      const without = await make(size, 'keep it as it is', []);
      for (const [name, edit] of Object.entries(EDITS)) {
        const made = await make(size, 'keep it as it is', [lora(name)]);
        expect(psnr(made, edited(without, [edit(1)], size))).toBeGreaterThan(35);
        expect(psnr(made, without)).toBeLessThan(25);
      }
    },
    300_000,
  );

  test('add them to what is wished for, and to each other', async () => {
    const size = SIZES[1];
    const without = await make(size, 'make it black and white', []);
    const made = await make(size, 'make it black and white', [lora('gold-frame'), lora('vignette')]);
    expect(psnr(made, edited(without, [vignette(1), goldFrame(1)], size))).toBeGreaterThan(35);
    expect(psnr(made, without)).toBeLessThan(25);
  }, 300_000);

  test('are weaker with a lower scale', async () => {
    const size = SIZES[0];
    const without = await make(size, 'keep it as it is', []);
    for (const [name, edit] of Object.entries(EDITS)) {
      const made = await make(size, 'keep it as it is', [lora(name, 0.5)]);
      expect(psnr(made, edited(without, [edit(0.5)], size))).toBeGreaterThan(38);
      expect(psnr(made, edited(without, [edit(1)], size))).toBeLessThan(30);
      expect(psnr(made, without)).toBeLessThan(36);
    }
  }, 300_000);
});
