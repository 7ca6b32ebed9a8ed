import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { psnr } from '../../support/compare.js';
import { edit, type Fields } from '../../support/edit-form.js';
import { caseForm, caseNamed, pixelsOf } from '../../support/picture-cases.js';
import { readImage } from '../../support/read-image.js';
import { TestServer } from '../../support/server.js';
import { casesOf, WEIGHT_FILES, type WeightFileCase } from '../../support/weight-files.js';

/** dB to diffusers' picture. */
const SAME_PICTURE = 65;
/** dB; below it a picture is another one. */
const OTHER_PICTURE = 40;

describe.each([
  ['mixture.gguf', '2-layers'],
  ['comfy-fp8.safetensors', '1-layers'],
])('a service whose transformer is %s', (file, loras) => {
  const cache = mkdtempSync(join(tmpdir(), 'weight-files-http-'));
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({
      checkpoint: join(WEIGHT_FILES, 'checkpoint'),
      env: {
        QWEN_TRANSFORMER_FILE: join(WEIGHT_FILES, file),
        LORA_DIR: join(WEIGHT_FILES, 'loras', loras),
        QUANTIZED_CACHE_DIR: cache,
      },
    });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(cache, { recursive: true });
  });

  const make = async (item: WeightFileCase, changes: Fields = {}): Promise<Uint8Array> =>
    pixelsOf(await edit(server.url, caseForm(item, changes)));

  test('answers with diffusers’ pictures, with a LoRA and without', async () => {
    const cases = casesOf(file);
    const [plain, changed] = [caseNamed(cases, 'one-plain'), caseNamed(cases, 'one-plain-lora')];
    const pictures = [await make(plain), await make(changed, { lora: JSON.stringify(changed.lora) })];
    for (const [index, item] of [plain, changed].entries()) {
      const expected = (await readImage(join(WEIGHT_FILES, item.expected))).data;
      expect(psnr(pictures[index] ?? Buffer.alloc(0), expected)).toBeGreaterThanOrEqual(SAME_PICTURE);
      expect(psnr(pictures[1 - index] ?? Buffer.alloc(0), expected)).toBeLessThan(OTHER_PICTURE);
    }
  });
});
