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
/** Of every linear layer. */
const LOUD: readonly LoraChoice[] = [
  { name: 'kohya', scale: -0.5 },
  { name: 'bare', scale: 0.5 },
];

const cache = mkdtempSync(join(tmpdir(), 'quantized-loras-'));
const engines: EngineProcess[] = [];
afterAll(() => {
  for (const engine of engines) engine.stop();
  rmSync(cache, { recursive: true });
});

type Make = (loras: readonly LoraChoice[]) => Promise<Uint8Array[]>;

/** Pictures of each seed by an engine in a precision. */
async function open(checkpoint: string, precision: Precision, loraDir: string | null): Promise<Make> {
  const engine = new EngineProcess();
  engines.push(engine);
  const settings = { folder: cache, maxBytes: 1e9 };
  const info = await engine.load(checkpointFolder(checkpoint), 'cpu', precision, settings, loraDir);
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

/** dB between all pictures of one list and those of the other, as if they were one. */
const distance = (some: readonly Uint8Array[], others: readonly Uint8Array[]): number =>
  psnr(Buffer.concat(some), Buffer.concat(others));

describe.each(['plain', 'plus-2511'])('LoRAs on quantized weights of %s', (checkpoint) => {
  let float: Make;
  beforeAll(async () => {
    float = await open(checkpoint, 'fp32', loraFolder(checkpoint));
  }, 180_000);

  test.each(['int8', 'int4'] as const)(
    '%s keeps what they do: at most 1 dB further from float than without them',
    async (precision) => {
      const own = await open(checkpoint, precision, null);
      const keys = readdirSync(cache).sort();
      const quantized = await open(checkpoint, precision, loraFolder(checkpoint));
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
