import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Precision } from '../../../src/protocol/device-settings.js';
import { psnr } from '../../support/compare.js';
import { EngineProcess } from '../../support/engine-process.js';
import { checkpointFolder, pictureFile } from '../../support/fixtures.js';
import { valuesKey, writeFloatCheckpoint } from '../../support/float-checkpoint.js';
import { inputPicture } from '../../support/input-picture.js';
import { reportFigure } from '../../support/report-figure.js';
import { readRoundedWeights } from '../../support/rounded-weights.js';

const EXPORT = [join(import.meta.dirname, '..', '..', '..', 'dist', 'cli.js'), 'export'];
const TEXT_GRAPHS = ['visionTower.onnx', 'languageModel.onnx'];
const PICTURES = ['square.png', 'tall.png', 'wide.png'];

/** dB to float32 with the rounded weights: int4 rounds nothing else, int8 also what goes into the denoiser's layers. */
const CASES = [
  { precision: 'int8', atLeast: 30 },
  { precision: 'int4', atLeast: 60 },
] as const;

const folder = mkdtempSync(join(tmpdir(), 'quantized-references-'));
const cache = join(folder, 'cache');
afterAll(() => rmSync(folder, { recursive: true }));

const keptFiles = (): number[] =>
  readdirSync(cache).map((entry) => statSync(join(cache, entry, 'transformer.bin')).ino);

/** What an engine of its own makes of three references. */
async function pictureOf(model: string, precision: Precision): Promise<Uint8Array> {
  const engine = new EngineProcess();
  try {
    const info = await engine.load(model, 'cpu', precision, { folder: cache, maxBytes: 1e9 });
    expect(info.warnings).toEqual([]);
    const { outcome } = await engine.make({
      prompt: 'the sky of picture 2 over the house of picture 1',
      negativePrompt: ' ',
      references: await Promise.all(PICTURES.map((name) => inputPicture(pictureFile(name), info.sizeRules))),
      editKey: 'the only one',
      size: { width: 64, height: 64 },
      numInferenceSteps: 2,
      trueCfgScale: 2,
      seed: 4,
      maxSequenceLength: 512,
      outputType: 'pil',
      partialImages: 0,
      loras: [],
      masked: null,
    });
    if (outcome.type !== 'made' || !(outcome.picture.data instanceof Uint8Array)) {
      throw new Error(JSON.stringify(outcome));
    }
    return outcome.picture.data;
  } finally {
    engine.stop();
  }
}

describe.each(['plus-2509', 'plus-2511'])('several references with quantized weights, %s', (checkpoint) => {
  test.each(CASES)(
    '$precision makes the picture that its rounded weights make in float32',
    async ({ precision, atLeast }) => {
      const exported = join(folder, `${checkpoint}-${precision}`);
      const restored = `${exported}-restored`;
      const args = [...EXPORT, '--model', checkpointFolder(checkpoint), '--out', exported, '--precision', precision];
      await promisify(execFile)(process.execPath, args, { env: { ...process.env, QUANTIZED_CACHE_DIR: cache } });
      const values = readRoundedWeights(exported).map((weight): [string, Float32Array] => {
        const component = TEXT_GRAPHS.includes(weight.graph) ? 'text_encoder' : 'transformer';
        return [valuesKey(component, weight.name), weight.values];
      });
      await writeFloatCheckpoint(exported, restored, new Map(values));

      const kept = keptFiles();
      const made = await pictureOf(checkpointFolder(checkpoint), precision);
      // The export has filled the cache.
      expect(keptFiles()).toEqual(kept);
      const distance = psnr(made, await pictureOf(restored, 'fp32'));
      reportFigure(`picture of three references in ${precision}`, checkpoint, `${distance.toFixed(1)} dB`);
      expect(distance).toBeGreaterThanOrEqual(atLeast);
    },
    180_000,
  );
});
