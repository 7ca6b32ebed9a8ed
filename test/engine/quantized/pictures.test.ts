import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Precision } from '../../../src/protocol/device-settings.js';
import type { PictureRequest } from '../../../src/protocol/picture-request.js';
import { psnr } from '../../support/compare.js';
import { EngineProcess } from '../../support/engine-process.js';
import { inputPicture } from '../../support/input-picture.js';
import { reportFigure } from '../../support/report-figure.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const MINIATURE = join(ROOT, 'models', 'mini');
const PHOTO = join(ROOT, 'docs', 'images', 'photo.jpg');
const SIDE = 128;

/** dB to the picture in float32 that each precision must reach. */
const CASES: readonly { precision: Precision; atLeast: number }[] = [
  { precision: 'int8', atLeast: 30 },
  { precision: 'int4', atLeast: 25 },
];
/** The last two depend on exact phases and thresholds. */
const PROMPTS = [
  'make it black and white',
  'tint it blue',
  'invert the colors',
  'flip it horizontally',
  'posterize it',
];

const cache = mkdtempSync(join(tmpdir(), 'quantized-'));
const engines: EngineProcess[] = [];
afterAll(() => {
  for (const engine of engines) engine.stop();
  rmSync(cache, { recursive: true });
});

async function open(precision: Precision): Promise<(prompt: string) => Promise<Uint8Array>> {
  const engine = new EngineProcess();
  engines.push(engine);
  const info = await engine.load(MINIATURE, 'cpu', precision, { folder: cache, maxBytes: 1e9 });
  expect(info).toMatchObject({ device: 'cpu', precision, warnings: [] });
  const picture = await inputPicture(PHOTO, info.sizeRules, { width: SIDE, height: SIDE });
  return async (prompt) => {
    const request: PictureRequest = {
      prompt,
      negativePrompt: ' ',
      references: [picture],
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
    };
    const { outcome } = await engine.make(request);
    if (outcome.type !== 'made' || !(outcome.picture.data instanceof Uint8Array))
      throw new Error(JSON.stringify(outcome));
    return outcome.picture.data;
  };
}

describe('pictures with quantized weights', () => {
  const whole = new Map<string, Uint8Array>();
  beforeAll(async () => {
    const make = await open('fp32');
    for (const prompt of PROMPTS) whole.set(prompt, await make(prompt));
  }, 180_000);

  test.each(CASES)(
    '$precision is at least $atLeast dB from float32',
    async ({ precision, atLeast }) => {
      const make = await open(precision);
      for (const prompt of PROMPTS) {
        const distance = psnr(await make(prompt), whole.get(prompt) ?? new Uint8Array());
        reportFigure(`picture in ${precision}`, prompt, `${distance.toFixed(1)} dB`);
        expect([prompt, distance >= atLeast]).toEqual([prompt, true]);
      }
    },
    180_000,
  );
});
