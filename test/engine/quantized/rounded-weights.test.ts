import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import type { Conditioning } from '../../../src/engine/transformer.js';
import { relativeError } from '../../support/compare.js';
import { checkpointFolder } from '../../support/fixtures.js';
import { readValues, valuesKey, writeFloatCheckpoint, type Values } from '../../support/float-checkpoint.js';
import { reportFigure } from '../../support/report-figure.js';
import { readRoundedWeights, type RoundedWeight } from '../../support/rounded-weights.js';
import { StageProcess } from '../../support/stage-process.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const EXPORT = [join(ROOT, 'dist', 'cli.js'), 'export'];
const SIDE = 112;
/** Of a token of the fixture's latents. */
const CHANNELS = 64;
const TEXT_GRAPHS = ['visionTower.onnx', 'languageModel.onnx'];

/** Largest difference, as a share of the largest value: weights are rounded and nothing else. */
const SAME = 1e-4;
/**
 * The denoiser of int8 also rounds what goes into its layers, to 255 steps over each input's range. These errors are as good
 * as random and no weight is at fault, so that it is further from its float32 graph; a wrong scale, zero point or place of a weight shows
 * as tens of percent.
 */
const ROUNDED_INPUTS = 0.05;

/** The fixture's rows end within a block, after whole ones of 32; the miniature's go over many of 128. */
const CASES = [
  { checkpoint: 'plain', source: checkpointFolder('plain'), precision: 'int4' },
  { checkpoint: 'plain', source: checkpointFolder('plain'), precision: 'int8' },
  { checkpoint: 'miniature', source: join(ROOT, 'models', 'mini'), precision: 'int8' },
] as const;
const folder = mkdtempSync(join(tmpdir(), 'rounded-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(CASES)('the $checkpoint checkpoint in $precision', ({ checkpoint, source, precision }) => {
  const exported = join(folder, `${checkpoint}-${precision}`);
  const restored = `${exported}-restored`;
  const cache = { folder: join(folder, 'cache'), maxBytes: 1e9 };
  let stored: Values;
  let weights: RoundedWeight[];
  let quantized: StageProcess;
  let floats: StageProcess;

  beforeAll(async () => {
    stored = await readValues(source);
    const env = { ...process.env, QUANTIZED_CACHE_DIR: cache.folder };
    const args = [...EXPORT, '--model', source, '--out', exported, '--precision', precision];
    await promisify(execFile)(process.execPath, args, { env });
    weights = readRoundedWeights(exported);
    const values = new Map(weights.map((weight) => [valuesKey(componentOf(weight), weight.name), weight.values]));
    await writeFloatCheckpoint(exported, restored, values);
    [quantized, floats] = [new StageProcess(), new StageProcess()];
    await quantized.run('load', { folder: source, precision, cache });
    await floats.run('load', { folder: restored });
  }, 180_000);
  afterAll(() => {
    quantized.stop();
    floats.stop();
  });

  test('every weight is as near to the stored one as the scale of its block allows', () => {
    expect(new Set(weights.map(({ graph }) => graph))).toEqual(
      new Set(['visionTower.onnx', 'languageModel.onnx', 'modulation.onnx', 'denoiser.onnx']),
    );
    for (const weight of weights) {
      const original = stored.get(valuesKey(componentOf(weight), weight.name)) ?? new Float32Array();
      expect([weight.name, mostOfAllowed(weight, original) < 1.02]).toEqual([weight.name, true]);
    }
  });

  test('the graphs compute what the rounded weights say', async () => {
    const file = join(folder, 'picture.png');
    await sharp(join(ROOT, 'docs', 'images', 'photo.jpg'))
      .resize(SIDE, SIDE, { fit: 'fill' })
      .png()
      .toFile(file);
    const compare = (stage: string, actual: ArrayLike<number>, expected: ArrayLike<number>, bound = SAME): void => {
      const error = relativeError(actual, expected);
      reportFigure(`${stage} in ${precision}`, checkpoint, error.toExponential(1));
      expect([stage, error < bound]).toEqual([stage, true]);
    };

    const features = await floats.run('vision', { file });
    compare('vision tower', (await quantized.run('vision', { file })).embeds, features.embeds);

    const prompts: [string] = ['make it black and white'];
    const [prompt] = await floats.run('prompts', { prompts, features: [features] });
    if (prompt === undefined) throw new Error('The prompt has no embeddings');
    const [roundedPrompt] = await quantized.run('prompts', { prompts, features: [features] });
    compare('prompt embeddings', roundedPrompt?.data ?? [], prompt.data);

    const timestep = 0.6;
    const modulation = await floats.run('modulation', { timestep });
    compare('modulation', (await quantized.run('modulation', { timestep })).step.data, modulation.step.data);

    const grids = [
      { rows: 4, columns: 6 },
      { rows: 5, columns: 4 },
    ];
    // Its layers switch on and off by their inputs, so that nothing bounds what noise becomes of rounded ones.
    if (checkpoint === 'miniature') return;
    const conditioning = await floats.run('condition', { prompt, grids });
    const [latents, references] = grids.map(({ rows, columns }) => waves(rows * columns * CHANNELS));
    if (latents === undefined || references === undefined) throw new Error('There are two pictures');
    const input = { latents, references, modulation, conditioning: conditioning satisfies Conditioning };
    const bound = precision === 'int8' ? ROUNDED_INPUTS : SAME;
    compare('denoiser', await quantized.run('velocity', input), await floats.run('velocity', input), bound);
  }, 180_000);
});

const componentOf = ({ graph }: RoundedWeight): string =>
  TEXT_GRAPHS.includes(graph) ? 'text_encoder' : 'transformer';

/**
 * The largest distance of a value from the stored one, as a share of what rounding to the nearest code allows: half a step, a
 * step being the largest of its block over the largest code. 4 bits lack the code at one of the ends, where it may be one.
 */
function mostOfAllowed({ bits, blockSize, rows, columns, values }: RoundedWeight, original: Float32Array): number {
  const largestCode = bits === 8 ? 127 : 8;
  let most = 0;
  for (let start = 0; start < rows * columns; start += columns) {
    for (let first = start; first < start + columns; first += blockSize) {
      const end = Math.min(first + blockSize, start + columns);
      let step = 0;
      for (let at = first; at < end; at += 1) step = Math.max(step, Math.abs(original[at] ?? NaN) / largestCode);
      for (let at = first; at < end; at += 1) {
        const value = original[at] ?? NaN;
        const distance = Math.abs((values[at] ?? NaN) - value);
        const isAtEnd = bits === 4 && Math.abs(value) > 7.49 * step;
        // Also NaN is no distance of zero.
        if (distance !== 0) most = Math.max(most, distance / (isAtEnd ? step : step / 2));
      }
    }
  }
  return most;
}

/** Values like a normal spread's, the same each time. */
const waves = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, index) => 1.4 * Math.sin(index * 12.9898));
