import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { psnr } from '../../support/compare.js';
import { edit, type Fields } from '../../support/edit-form.js';
import { goldenFile, loraFolder, type PictureCase } from '../../support/fixtures.js';
import { caseForm, caseNamed, pixelsOf } from '../../support/picture-cases.js';
import { readImage } from '../../support/read-image.js';
import { sharedServer } from '../../support/shared-server.js';

describe('LoRAs over HTTP', () => {
  /** dB. */
  const SAME_PICTURE = 70;
  type LoraCase = PictureCase & { readonly loras: readonly { readonly name: string; readonly scale: number }[] };
  const { pictures: cases } = JSON.parse(readFileSync(goldenFile('plain', 'loras.json'), 'utf8')) as {
    pictures: readonly LoraCase[];
  };
  const shared = sharedServer({ env: { LORA_DIR: loraFolder('plain') } });

  /** How near a request's picture is to diffusers' with the LoRAs; steps and guidance are the LoRA's, where they are not given. */
  const distance = async (item: LoraCase, changes: Fields): Promise<number> => {
    const made = await pixelsOf(await edit(shared.url, caseForm(item, changes)));
    return psnr(made, (await readImage(goldenFile('plain', item.expected))).data);
  };

  test('two at once are diffusers’ picture, and without them it is another', async () => {
    const item = caseNamed(cases, 'two');
    expect(await distance(item, { lora: JSON.stringify(item.loras) })).toBeGreaterThanOrEqual(SAME_PICTURE);
    const turned = JSON.stringify([...item.loras].reverse());
    expect(await distance(item, { lora: turned })).toBeGreaterThanOrEqual(SAME_PICTURE);
    expect(await distance(item, {})).toBeLessThan(40);
    expect(
      await distance(item, { lora: JSON.stringify(item.loras.map((lora) => ({ ...lora, scale: 0 }))) }),
    ).toBeLessThan(40);
  });

  test.each(['lora', 'model'])(
    'Lightning by its name alone as %s is diffusers’ with its steps and schedule',
    async (field) => {
      const item = caseNamed(cases, 'lightning-4');
      const [name = ''] = item.loras.map((lora) => lora.name);
      const fields = { [field]: name, num_inference_steps: undefined, true_cfg_scale: undefined };
      expect(await distance(item, fields)).toBeGreaterThanOrEqual(SAME_PICTURE);
    },
  );
});
