import { randomUUID } from 'node:crypto';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { LoraChoice } from '../../src/protocol/lora.js';
import type { ModelInfo } from '../../src/protocol/model-info.js';
import { EngineProcess } from '../support/engine-process.js';
import { checkpointFolder, loraFolder, pictureFile } from '../support/fixtures.js';
import { inputPicture } from '../support/input-picture.js';
import { filled, floatSafetensors, LoraFolder } from '../support/lora-folder.js';

const LIGHTNING = 'Qwen-Image-Edit-Lightning-4steps-V1.0-bf16';
const TO_Q = 'transformer_blocks.0.attn.to_q';
/** The checkpoint `plain`'s. */
const WIDTH = 24;

let folder: LoraFolder;
let engine: EngineProcess;
beforeEach(async () => {
  folder = await LoraFolder.create();
  engine = new EngineProcess();
});
afterEach(async () => {
  engine.stop();
  await folder.remove();
});

const take = (name: string, as = name): Promise<void> =>
  copyFile(join(loraFolder('plain'), `${name}.safetensors`), folder.at(`${as}.safetensors`));

const load = (): Promise<ModelInfo> => engine.load(checkpointFolder('plain'), 'cpu', 'auto', undefined, folder.path);

/** What the engine says to an edit with some LoRAs. */
async function edit({ sizeRules }: ModelInfo, loras: readonly LoraChoice[]): Promise<unknown> {
  const { outcome } = await engine.make({
    prompt: 'make it blue',
    negativePrompt: ' ',
    references: [await inputPicture(pictureFile('square.png'), sizeRules)],
    editKey: randomUUID(),
    size: { width: 32, height: 32 },
    numInferenceSteps: 1,
    trueCfgScale: 1,
    seed: 1,
    maxSequenceLength: 512,
    outputType: 'pil',
    partialImages: 0,
    loras,
  });
  return outcome;
}

describe('LoRAs in the engine', () => {
  test('are told with those that are refused, and the log says what Lightning brings', async () => {
    await take('peft', 'style');
    await take(LIGHTNING);
    await folder.write('broken.safetensors', 'nothing');
    const model = await load();
    expect(model.loras.map(({ name, refused }) => [name, refused === null])).toEqual([
      [LIGHTNING, true],
      ['broken', false],
      ['style', true],
    ]);
    expect(model.loras[0]?.defaults).toEqual({ numInferenceSteps: 4, trueCfgScale: 1 });
    expect(model.warnings).toEqual([expect.stringMatching(/^The LoRA "broken" is not served: broken\.safetensors/)]);
    expect(model.placement.join('\n')).toMatch(
      new RegExp(`^LoRAs: ${LIGHTNING} \\(with Lightning's schedule\\), style; .* of the weights$`, 'm'),
    );
    expect(await edit(model, [{ name: 'broken', scale: 1 }])).toMatchObject({
      type: 'failed',
      kind: 'invalid',
      param: 'lora',
      message: `The LoRA "broken" can't be used: ${model.loras[1]?.refused}`,
    });
    expect(await edit(model, [{ name: '../style', scale: 1 }])).toMatchObject({
      kind: 'invalid',
      param: 'lora',
      message: 'There is no LoRA "../style" in LORA_DIR',
    });
    expect(await edit(model, [{ name: 'style', scale: 1 }])).toMatchObject({ type: 'made' });
  });

  test.each([
    ['NaN', NaN],
    ['infinite', -Infinity],
  ])('values that are %s are found before they make a picture black', async (_, value) => {
    const up = filled([WIDTH, 2]);
    const tensors = {
      [`${TO_Q}.lora_A.weight`]: filled([2, WIDTH]),
      [`${TO_Q}.lora_B.weight`]: { ...up, values: up.values.map((each, index) => (index === 40 ? value : each)) },
    };
    await folder.write('style.safetensors', floatSafetensors(tensors));
    await take('peft', 'whole');
    const model = await load();
    const refused = `style.safetensors: tensor "${TO_Q}.lora_B.weight" has values that are NaN or infinite`;
    expect(model.loras.map((lora) => lora.refused)).toEqual([refused, null]);
    expect(model.warnings).toEqual([`The LoRA "style" is not served: ${refused}`]);
    expect(await edit(model, [{ name: 'whole', scale: 1 }])).toMatchObject({ type: 'made' });
  });

  test('two that need different schedules are an invalid edit that names both; the same schedule is none', async () => {
    await take('peft', 'other');
    await folder.write('other.json', JSON.stringify({ scheduler: { base_shift: 0.1, max_shift: 0.1 } }));
    await take('peft', 'plain');
    await take(LIGHTNING);
    await take(LIGHTNING, 'Qwen-Image-Lightning-8steps-V2.0');
    const model = await load();
    const both = [
      { name: LIGHTNING, scale: 1 },
      { name: 'other', scale: 1 },
    ];
    expect(await edit(model, both)).toMatchObject({
      kind: 'invalid',
      param: 'lora',
      message: `The LoRAs "${LIGHTNING}" and "other" need different schedules: use one of them`,
    });
    const unused = [...both.slice(0, 1), { name: 'other', scale: 0 }];
    const same = [
      ...both.slice(0, 1),
      { name: 'Qwen-Image-Lightning-8steps-V2.0', scale: 1 },
      { name: 'plain', scale: 1 },
    ];
    expect(await edit(model, unused)).toMatchObject({ type: 'made' });
    expect(await edit(model, same)).toMatchObject({ type: 'made' });
  });

  test('a folder that is not there is told, and the checkpoint served', async () => {
    const model = await engine.load(checkpointFolder('plain'), 'cpu', 'auto', undefined, folder.at('nowhere'));
    expect(model.loras).toEqual([]);
    expect(model.warnings).toEqual(["LORA_DIR can't be read as a folder (ENOENT): no LoRA is served"]);
    expect(await edit(model, [])).toMatchObject({ type: 'made' });
  });
});
