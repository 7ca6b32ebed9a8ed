import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Precision } from '../../../src/protocol/device-settings.js';
import type { LoraChoice } from '../../../src/protocol/lora.js';
import { psnr } from '../../support/compare.js';
import { EngineProcess } from '../../support/engine-process.js';
import { checkpointFolder, loraFolder, pictureFile } from '../../support/fixtures.js';
import { inputPicture } from '../../support/input-picture.js';
import { foldLoras } from '../../support/folded-loras.js';
import { reportFigure } from '../../support/report-figure.js';

const SEEDS = [1, 2, 3, 4, 5, 6];
const LIGHTNING = 'Qwen-Image-Edit-Lightning-4steps-V1.0-bf16';
/**
 * Of attention and feed-forward, and so weak that they leave the network what it is: drawn as loud as the tiny LoRAs are, or in
 * the modulation, they make another one, which may hear its weights' roundings more or less than the first.
 */
const WEAK: readonly (readonly LoraChoice[])[] = [
  [{ name: 'peft', scale: 0.15 }],
  [{ name: LIGHTNING, scale: 0.3 }],
  [
    { name: 'peft', scale: -0.1 },
    { name: LIGHTNING, scale: 0.2 },
  ],
];
/**
 * Of the modulation and what stands around it: it turns up, or with the other sign down, what the network makes of its prompt and
 * its picture, and with it what rounding did to those.
 */
const MODULATION: readonly LoraChoice[] = [
  { name: 'kohya', scale: -0.05 },
  { name: 'bare', scale: 0.1 },
];
/** Of every linear layer. */
const LOUD: readonly LoraChoice[] = [
  { name: 'kohya', scale: -0.5 },
  { name: 'bare', scale: 0.5 },
];

const cache = mkdtempSync(join(tmpdir(), 'quantized-loras-'));
const folded = mkdtempSync(join(tmpdir(), 'folded-loras-'));
const engines: EngineProcess[] = [];
afterAll(() => {
  for (const engine of engines) engine.stop();
  for (const folder of [cache, folded]) rmSync(folder, { recursive: true });
});

type Make = (loras: readonly LoraChoice[]) => Promise<Uint8Array[]>;

/** Pictures of each seed by an engine in a precision. */
async function open(folder: string, precision: Precision, loraDir: string | null): Promise<Make> {
  const engine = new EngineProcess();
  engines.push(engine);
  const settings = { folder: cache, maxBytes: 1e9 };
  const info = await engine.load(folder, 'cpu', precision, settings, loraDir);
  expect(info.warnings).toEqual([]);
  const reference = await inputPicture(pictureFile('square.png'), info.sizeRules);
  return async (loras) => {
    const pictures: Uint8Array[] = [];
    for (const seed of SEEDS) {
      const { outcome } = await engine.make({
        prompt: 'Make the sky red',
        negativePrompt: ' ',
        references: [reference],
        editKey: randomUUID(),
        size: { width: 64, height: 64 },
        numInferenceSteps: 2,
        trueCfgScale: 1,
        seed,
        maxSequenceLength: 512,
        outputType: 'pil',
        partialImages: 0,
        loras,
        masked: null,
      });
      if (outcome.type !== 'made' || !(outcome.picture.data instanceof Uint8Array)) {
        throw new Error(JSON.stringify(outcome));
      }
      pictures.push(outcome.picture.data);
    }
    return pictures;
  };
}

/** The pictures that a checkpoint makes without LoRAs. */
async function picturesOf(folder: string, precision: Precision): Promise<Uint8Array[]> {
  const pictures = await (await open(folder, precision, null))([]);
  engines.pop()?.stop();
  return pictures;
}

/** dB between all pictures of one list and those of the other, as if they were one. */
const distance = (some: readonly Uint8Array[], others: readonly Uint8Array[]): number =>
  psnr(Buffer.concat(some), Buffer.concat(others));

const opposite = (loras: readonly LoraChoice[]): LoraChoice[] =>
  loras.map(({ name, scale }) => ({ name, scale: -scale }));

describe.each(['plain', 'plus-2511'])('LoRAs on quantized weights of %s', (checkpoint) => {
  const folder = checkpointFolder(checkpoint);
  let float: Make;
  beforeAll(async () => {
    float = await open(folder, 'fp32', loraFolder(checkpoint));
  }, 180_000);

  test.each(['int8', 'int4'] as const)(
    '%s keeps what they do: at most 1 dB further from float than without them',
    async (precision) => {
      const own = await open(folder, precision, null);
      const keys = readdirSync(cache).sort();
      const quantized = await open(folder, precision, loraFolder(checkpoint));
      // The base weights are quantized once: LoRAs change neither them nor their key.
      expect(readdirSync(cache).sort()).toEqual(keys);
      const without = await quantized([]);
      expect(distance(without, await own([]))).toBe(Infinity);
      const away = distance(without, await float([]));
      const base = await float([]);
      for (const loras of WEAK) {
        const expected = await float(loras);
        const withThem = distance(await quantized(loras), expected);
        const names = loras.map(({ name, scale }) => `${name}:${scale}`).join(' ');
        const figure = `${withThem.toFixed(1)} dB, ${away.toFixed(1)} dB without`;
        reportFigure(`LoRAs in ${precision}`, `${checkpoint} ${names}`, figure);
        expect(withThem).toBeGreaterThanOrEqual(away - 1);
        expect(distance(base, expected)).toBeLessThan(40);
      }
      const loud = await float(LOUD);
      expect(distance(await quantized(LOUD), loud)).toBeGreaterThan(distance(base, loud) + 3);
    },
    300_000,
  );
});

test('those of the modulation lose what float weights lose into which they are folded before they are quantized', async () => {
  const [folder, loraDir] = [checkpointFolder('plus-2511'), loraFolder('plus-2511')];
  const float = await open(folder, 'fp32', loraDir);
  const whole = await float([]);
  const signs = await Promise.all(
    [MODULATION, opposite(MODULATION)].map(async (loras, sign) => {
      const copy = join(folded, String(sign));
      await foldLoras(folder, loraDir, loras, copy);
      return { loras, copy };
    }),
  );
  const expected: Uint8Array[][] = [];
  for (const { loras, copy } of signs) {
    const picture = await float(loras);
    // The same network: nothing but rounding tells them apart.
    expect(distance(await picturesOf(copy, 'fp32'), picture)).toBeGreaterThan(80);
    expected.push(picture);
  }
  for (const precision of ['int8', 'int4'] as const) {
    const quantized = await open(folder, precision, loraDir);
    const away = distance(await quantized([]), whole);
    const worse: number[] = [];
    for (const [sign, { loras, copy }] of signs.entries()) {
      const picture = expected[sign] ?? [];
      const asFolded = distance(await picturesOf(copy, precision), picture);
      const withThem = distance(await quantized(loras), picture);
      const names = loras.map(({ name, scale }) => `${name}:${scale}`).join(' ');
      const figure = `${withThem.toFixed(1)} dB, ${asFolded.toFixed(1)} dB folded, ${away.toFixed(1)} dB without`;
      reportFigure(`LoRAs of the modulation in ${precision}`, names, figure);
      expect(withThem).toBeGreaterThanOrEqual(asFolded - 1.5);
      worse.push(away - withThem);
    }
    // What one sign loses the other one gains.
    const [one = NaN, other = NaN] = worse;
    expect((one + other) / 2).toBeLessThanOrEqual(1);
  }
}, 300_000);
