import { symlink } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { readLoraFolder } from '../../../src/checkpoint/lora/lora-folder.js';
import { floatSafetensors } from '../../support/lora-folder.js';
import { LoraReading } from '../../support/read-loras.js';

const lora = new LoraReading();

describe('the folder', () => {
  test('without LORA_DIR there is nothing', async () => {
    expect(await readLoraFolder(null, lora.checkpoint)).toEqual({ loras: [], infos: [], warnings: [] });
  });

  test('one that is not there, or no folder, is told', async () => {
    expect((await readLoraFolder(lora.folder.at('nowhere'), lora.checkpoint)).warnings).toEqual([
      "LORA_DIR can't be read as a folder (ENOENT): no LoRA is served",
    ]);
    await lora.folder.write('file', '');
    expect((await readLoraFolder(lora.folder.at('file'), lora.checkpoint)).warnings).toEqual([
      "LORA_DIR can't be read as a folder (ENOTDIR): no LoRA is served",
    ]);
  });

  test('a link leads to the file behind it', async () => {
    await lora.folder.writeTensors('blob', lora.pair());
    await symlink('blob', lora.folder.at('style.safetensors'));
    expect((await lora.read()).loras).toMatchObject([{ name: 'style', path: lora.folder.at('blob') }]);
  });

  test('names that a request could not write', async () => {
    await lora.folder.writeTensors('a:b.safetensors', lora.pair());
    await lora.folder.writeTensors('镜头 转换.safetensors', lora.pair());
    const { infos } = await lora.read();
    expect(infos[0]?.refused).toContain("has a name that requests can't write");
    expect(infos[1]).toMatchObject({ name: '镜头 转换', refused: null });
  });

  test('what serves for nothing is told', async () => {
    await lora.folder.write('old.pt', '');
    await lora.folder.write('alone.json', '{}');
    expect((await lora.read()).warnings).toEqual([
      'LORA_DIR: "old.pt" is left out, a LoRA is a safetensors file',
      'LORA_DIR: "alone.json" has no safetensors file beside it',
    ]);
  });

  test('of 1,000 files the first 64 are served', async () => {
    const bytes = floatSafetensors(lora.pair());
    const name = (index: number): string => `style-${String(index).padStart(4, '0')}`;
    for (let index = 0; index < 1000; index += 1) await lora.folder.write(`${name(index)}.safetensors`, bytes);
    const { loras, infos, warnings } = await lora.read();
    expect(loras).toHaveLength(64);
    expect(infos).toHaveLength(1000);
    expect(warnings).toEqual(['936 LoRAs are not served: 64 are at a time, the first by name in LORA_DIR']);
    expect(infos[64]?.refused).toBe(
      "style-0064.safetensors comes after the first 64 by name that can be used: move away from LORA_DIR what you don't need",
    );
  });
});
