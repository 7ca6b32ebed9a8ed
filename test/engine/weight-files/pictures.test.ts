import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Precision } from '../../../src/protocol/device-settings.js';
import type { LoraChoice } from '../../../src/protocol/lora.js';
import type { ModelInfo } from '../../../src/protocol/model-info.js';
import { psnr } from '../../support/compare.js';
import { EngineProcess } from '../../support/engine-process.js';
import { pictureRequest } from '../../support/picture-request.js';
import { readImage } from '../../support/read-image.js';
import { reportFigure } from '../../support/report-figure.js';
import { casesOf, WEIGHT_FILES, weightFileNames, type WeightFileCase } from '../../support/weight-files.js';

/** dB to what diffusers makes of the dequantized weights in float32. */
const SAME_PICTURE = 65;
/** dB; below it a picture is another one. */
const OTHER_PICTURE = 50;

const cache = mkdtempSync(join(tmpdir(), 'weight-files-'));
afterAll(() => rmSync(cache, { recursive: true }));

describe.each(weightFileNames())('%s', (file) => {
  const engine = new EngineProcess();
  afterAll(() => engine.stop());
  const cases = casesOf(file);
  const kept = { folder: cache, maxBytes: 1e9 };
  const load = (loraDir: string | null, precision: Precision | 'auto' = 'auto'): Promise<ModelInfo> =>
    engine.load(join(WEIGHT_FILES, 'checkpoint'), 'cpu', precision, kept, loraDir, {
      file: join(WEIGHT_FILES, file),
      zeroCondT: null,
    });

  async function checkPicture(item: WeightFileCase, { sizeRules }: ModelInfo): Promise<void> {
    const loras = item.lora === undefined ? [] : [item.lora];
    const { outcome } = await engine.make({ ...(await pictureRequest(item, sizeRules)), loras });
    const data = outcome.type === 'made' ? outcome.picture.data : undefined;
    if (!(data instanceof Uint8Array)) throw new Error(JSON.stringify(outcome));
    const same = psnr(data, (await readImage(join(WEIGHT_FILES, item.expected))).data);
    reportFigure('weight file', `${file}/${item.name}`, `${same.toFixed(1)} dB`);
    expect([item.name, same >= SAME_PICTURE]).toEqual([item.name, true]);
    // The committed files lose so much that the whole weights' picture would not pass for theirs.
    if (process.env['WEIGHT_FILES'] === undefined) {
      for (const distance of Object.values(item.counter_psnr)) expect(distance).toBeLessThan(OTHER_PICTURE);
    }
  }

  test('the pictures that diffusers makes of its values', async () => {
    const repacked: number[] = [];
    engine.on('quantizing', ({ step, done }) => step === 'repacked' && repacked.push(done));
    const info = await load(null);
    // What the log says at the start.
    expect(info.placement[0]).toMatch(new RegExp(`^Transformer ${file}: \\d+ [A-Z]\\w+, \\d+ .*; zero_cond_t$`));
    for (const item of cases.filter(({ lora }) => lora === undefined)) await checkPicture(item, info);
    // Once for the file: another load finds them.
    const count = repacked.length;
    await load(null);
    expect(repacked).toHaveLength(count);
    expect(count > 0).toBe(/mixture|Q\d|UD/.test(file));
  }, 180_000);

  test('and those with a LoRA of every layer; without it, the same as before', async () => {
    const [item] = cases.filter(({ lora }) => lora !== undefined);
    const info = await load(join(WEIGHT_FILES, item?.lora_folder ?? ''));
    expect(info.loras).toMatchObject([{ name: item?.lora?.name, refused: null }]);
    for (const each of cases) await checkPicture(each, info);
  }, 180_000);

  test('with a quantized text encoder LoRAs change the picture in the same way', async () => {
    const [item] = cases.filter(({ lora }) => lora !== undefined);
    if (item?.lora === undefined) throw new Error(`There is no case with a LoRA of ${file}`);
    const { sizeRules, precision } = await load(join(WEIGHT_FILES, item.lora_folder ?? ''), 'int4');
    expect(precision).toBe('int4');
    const expected = (await readImage(join(WEIGHT_FILES, item.expected))).data;
    const distance = async (loras: readonly LoraChoice[]): Promise<number> => {
      const { outcome } = await engine.make({ ...(await pictureRequest(item, sizeRules)), loras });
      if (outcome.type !== 'made' || !(outcome.picture.data instanceof Uint8Array)) throw new Error('No picture');
      return psnr(outcome.picture.data, expected);
    };
    const [near, far] = [await distance([item.lora]), await distance([])];
    reportFigure('weight file', `${file}/${item.name} in int4`, `${near.toFixed(1)} dB, without ${far.toFixed(1)} dB`);
    // Rounding the prompt's weights is loud in so small a network, but a LoRA that is not there is none.
    expect(near - far).toBeGreaterThan(3);
  }, 180_000);
});
