import { describe, expect, test } from '@jest/globals';
import type { LoraFolder as ReadFolder } from '../../../src/checkpoint/lora/lora-folder.js';
import { LoraReading } from '../../support/read-loras.js';

const lora = new LoraReading();

describe('NAME.json', () => {
  const write = async (settings: unknown, name = 'style'): Promise<ReadFolder> => {
    await lora.folder.writeTensors(`${name}.safetensors`, lora.pair());
    await lora.folder.write(`${name}.json`, JSON.stringify(settings));
    return lora.read();
  };

  test('says what a LoRA is for and how it is used', async () => {
    const { infos, loras } = await write({
      description: 'Frames in gold',
      default_scale: 0.8,
      steps: 6,
      true_cfg_scale: 1,
      scheduler: { base_shift: 1, shift_terminal: null },
    });
    expect(infos).toEqual([
      {
        name: 'style',
        description: 'Frames in gold',
        defaultScale: 0.8,
        defaults: { numInferenceSteps: 6, trueCfgScale: 1 },
        refused: null,
      },
    ]);
    expect(loras[0]?.settings.scheduler).toEqual({ ...lora.checkpoint.scheduler, baseShift: 1, shiftTerminal: null });
  });

  test('may say nothing', async () => {
    const { infos, loras } = await write({});
    expect(infos[0]).toEqual({ name: 'style', description: null, defaultScale: 1, defaults: {}, refused: null });
    expect(loras[0]?.settings.scheduler).toBeNull();
  });

  test.each([
    [{ default_scal: 1 }, 'style.json: default_scal is not known; known are description, default_scale'],
    [{ default_scale: 5 }, 'style.json: default_scale is 5, expected a number of at least -4 and of at most 4'],
    [{ steps: 0 }, 'style.json: steps is 0, expected an integer'],
    [{ description: 'two\nlines' }, 'style.json: description is "two\\nlines", expected a text of one line'],
    [{ scheduler: { shift_terminl: null } }, 'style.json: scheduler.shift_terminl is not known'],
    [{ scheduler: { use_karras_sigmas: true } }, 'style.json: scheduler.use_karras_sigmas is true; only false'],
    [[], 'style.json must hold a JSON object'],
  ])('%j is refused', async (settings, message) => {
    const { infos, loras } = await write(settings);
    expect(infos[0]?.refused).toContain(message);
    expect(loras).toEqual([]);
  });

  test.each([
    ['Qwen-Image-Lightning-8steps-V1.1', 8],
    ['Qwen-Image-Lightning-4steps-V2.0-bf16', 4],
    ['Qwen-Image-Edit-Lightning-4steps-V1.0', 4],
    ['Qwen-Image-Edit-2509-Lightning-8steps-V1.0-fp32', 8],
    ['Qwen-Image-Edit-2511-Lightning-4steps-V1.0-bf16', 4],
  ])('Lightning is known by its name: %s', async (name, steps) => {
    const { infos, loras } = await write({ default_scale: 0.9 }, name);
    expect(infos[0]).toMatchObject({
      defaultScale: 0.9,
      defaults: { numInferenceSteps: steps, trueCfgScale: 1 },
    });
    expect(loras[0]?.settings.scheduler).toMatchObject({
      baseShift: 1.0986122886681098,
      maxShift: 1.0986122886681098,
      shiftTerminal: null,
      useDynamicShifting: true,
    });
  });

  test('another name is not', async () => {
    const { loras } = await write({}, 'my-Lightning-4steps');
    expect(loras[0]?.settings).toMatchObject({ scheduler: null, defaults: {} });
  });
});
