import { describe, expect, test } from '@jest/globals';
import { readSettings } from '../../src/config/read-settings.js';
import { buildEditJob } from '../../src/edits/build-edit-job.js';
import { checkForm, type EditForm } from '../../src/edits/fields/check-form.js';
import { FileBlocks } from '../../src/edits/fields/file-blocks.js';
import type { EditSettings } from '../../src/protocol/edit-settings.js';
import { EditError } from '../../src/protocol/edit-error.js';
import type { LoraInfo } from '../../src/protocol/lora.js';
import { loraInfo, modelInfo } from '../support/model-info.js';

const { limits } = readSettings({});
const FILES = [{ field: 'images', content: FileBlocks.of(Buffer.from('a picture')) }];
const LORAS: readonly LoraInfo[] = [
  loraInfo('broken', { refused: 'broken.safetensors: it is a LoKr' }),
  loraInfo('four', { defaults: { numInferenceSteps: 4, trueCfgScale: 1 } }),
  loraInfo('eight', { defaults: { numInferenceSteps: 8 } }),
  loraInfo('soft', { defaultScale: 0.6 }),
  loraInfo('style'),
];

type Texts = Readonly<Record<string, string>>;

function check(texts: Texts, loras = LORAS): EditForm {
  return checkForm(
    { texts: new Map(Object.entries({ prompt: 'a', ...texts })), files: FILES },
    modelInfo({ loras }),
    limits,
  );
}

function job(texts: Texts): { readonly settings: EditSettings; readonly warnings: readonly string[] } {
  return buildEditJob(check(texts), { edits: [], size: 'auto', isWholeMask: false }, false);
}

/** The field at fault, and what is said of it. */
function fault(texts: Texts, loras = LORAS): [string | null, string] {
  try {
    check(texts, loras);
  } catch (error) {
    if (error instanceof EditError) return [error.param, error.message];
    throw error;
  }
  throw new Error('It was not refused');
}

describe('an edit’s LoRAs', () => {
  test('are those that were named, in that order, with the scales given or their own', () => {
    expect(job({}).settings.loras).toEqual([]);
    expect(job({ lora: '["style:-2.5","soft","four"]' }).settings.loras).toEqual([
      { name: 'style', scale: -2.5 },
      { name: 'soft', scale: 0.6 },
      { name: 'four', scale: 1 },
    ]);
  });

  test('one may be named as the model', () => {
    expect(job({ model: 'soft' }).settings).toMatchObject({ loras: [{ name: 'soft', scale: 0.6 }] });
    for (const model of ['the-model', 'Org/the-model', 'gpt-image-1']) {
      expect(job({ model, lora: 'style' }).settings.loras).toEqual([{ name: 'style', scale: 1 }]);
    }
    expect(job({ model: 'four', lora: '[]' }).settings.loras).toEqual([{ name: 'four', scale: 1 }]);
  });

  test('the checkpoint’s names come before a LoRA’s, a LoRA’s before OpenAI’s', () => {
    const loras = [loraInfo('gpt-image-1'), loraInfo('the-model')];
    expect(check({ model: 'the-model' }, loras).loras).toEqual([]);
    expect(check({ lora: 'the-model' }, loras).loras).toEqual([{ name: 'the-model', scale: 1 }]);
    expect(check({ model: 'gpt-image-1' }, loras).loras).toEqual([{ name: 'gpt-image-1', scale: 1 }]);
  });

  test('a scale of 0 leaves one out, with its defaults', () => {
    expect(job({ lora: '["four:0","style"]' }).settings).toMatchObject({
      loras: [{ name: 'style', scale: 1 }],
      numInferenceSteps: 50,
      trueCfgScale: 4,
    });
  });

  const HAS = "the service has 'four', 'eight', 'soft', 'style'";
  test.each<[texts: Texts, param: string, message: string]>([
    [
      { lora: 'style,gold' },
      'lora',
      `lora: there is no LoRA 'style,gold' here (several are a JSON array: ["one", "other:0.5"]): ${HAS}`,
    ],
    [{ lora: 'nothing:0.5' }, 'lora', `lora: there is no LoRA 'nothing' here: ${HAS}`],
    [{ lora: 'STYLE' }, 'lora', `lora: there is no LoRA 'STYLE' here: ${HAS}`],
    [{ lora: ' style' }, 'lora', `lora: there is no LoRA ' style' here: ${HAS}`],
    [{ lora: '{"name":"\\ud800"}' }, 'lora', `lora: there is no LoRA '\\ud800' here: ${HAS}`],
    [{ lora: '..' }, 'lora', `lora: there is no LoRA '..' here: ${HAS}`],
    [{ lora: '../style' }, 'lora', `lora must be a name, and '../style' is a path or a URL: ${HAS}`],
    [{ lora: 'file:///style' }, 'lora', `lora must be a name, and 'file:///style' is a path or a URL: ${HAS}`],
    [{ lora: 'broken' }, 'lora', "lora: the LoRA 'broken' can't be used: broken.safetensors: it is a LoKr"],
    [{ lora: 'broken:0' }, 'lora', "lora: the LoRA 'broken' can't be used: broken.safetensors: it is a LoKr"],
    [{ lora: 'the-model' }, 'lora', `lora: there is no LoRA 'the-model' here: ${HAS}`],
    [{ model: 'broken' }, 'model', "model: the LoRA 'broken' can't be used: broken.safetensors: it is a LoKr"],
    [{ model: 'style:0.5' }, 'model', `model must be 'the-model', the served model, a LoRA, or absent: ${HAS}`],
    [{ model: 'Org/style' }, 'model', `model must be 'the-model', the served model, a LoRA, or absent: ${HAS}`],
    [
      { model: 'style', lora: 'soft' },
      'model',
      "model must be 'the-model' or absent beside lora: 'style' is a LoRA, which lora can name with the others",
    ],
    [
      { model: 'style', lora: 'style' },
      'model',
      "model must be 'the-model' or absent beside lora: 'style' is a LoRA, which lora can name with the others",
    ],
    [{ 'lora[name]': 'nothing' }, 'lora', `lora: there is no LoRA 'nothing' here: ${HAS}`],
    [{ 'lora[a][b]': 'nothing' }, 'lora', 'lora must not have brackets in its name'],
  ])('%j is refused', (texts, param, message) => {
    expect(fault(texts)).toEqual([param, message]);
  });

  test('after the fields that come first, and before those that are unknown', () => {
    expect(fault({ lora: 'nothing', size: '1x1' })[0]).toBe('size');
    expect(fault({ lora: 'nothing', num_inference_steps: '0' })[0]).toBe('num_inference_steps');
    expect(fault({ lora: 'nothing', unknown: '1' })[0]).toBe('lora');
    expect(fault({ lora: 'style', model: 'four', unknown: '1' })[0]).toBe('model');
  });

  test('a service without any, and one with a thousand', () => {
    const none = 'the service has none that can be used (LORA_DIR)';
    expect(fault({ lora: 'style' }, [])).toEqual(['lora', `lora: there is no LoRA 'style' here: ${none}`]);
    expect(fault({ lora: 'style' }, LORAS.slice(0, 1))).toEqual([
      'lora',
      `lora: there is no LoRA 'style' here: ${none}`,
    ]);
    expect(fault({ model: 'style' }, [])).toEqual(['model', "model must be 'the-model', the served model, or absent"]);
    const many = Array.from({ length: 1000 }, (_, index) => loraInfo(`lora-${index}`));
    expect(fault({ lora: 'style' }, many)[1]).toMatch(
      / 'lora-8', 'lora-9' and 990 more, which GET \/v1\/models lists$/,
    );
  });
});

describe('defaults of LoRAs', () => {
  test('hold where the request gives none', () => {
    expect(job({ lora: 'four' }).settings).toMatchObject({ numInferenceSteps: 4, trueCfgScale: 1 });
    expect(job({ model: 'four' }).settings).toMatchObject({ numInferenceSteps: 4, trueCfgScale: 1 });
    expect(job({ lora: 'eight' }).settings).toMatchObject({ numInferenceSteps: 8, trueCfgScale: 4 });
    expect(job({ lora: 'four', num_inference_steps: '6', true_cfg_scale: '2' })).toMatchObject({
      settings: { numInferenceSteps: 6, trueCfgScale: 2 },
      warnings: [],
    });
    expect(job({ lora: 'four' }).warnings).toEqual([]);
  });

  test('of several LoRAs that differ the first one’s count, and the others’ are told', () => {
    const said = (first: string, value: number, other: string, others: number): string =>
      `num_inference_steps was taken to be ${value}, as the LoRA '${first}' is made for; '${other}' is made for ${others}`;
    expect(job({ lora: '["style","four","eight"]' })).toMatchObject({
      settings: { numInferenceSteps: 4, trueCfgScale: 1 },
      warnings: [said('four', 4, 'eight', 8)],
    });
    expect(job({ lora: '["eight","four"]' })).toMatchObject({
      settings: { numInferenceSteps: 8, trueCfgScale: 1 },
      warnings: [said('eight', 8, 'four', 4)],
    });
    expect(job({ lora: '["eight","four"]', num_inference_steps: '5' }).warnings).toEqual([]);
  });

  test('turn guidance off, and a negative prompt is told to have no effect', () => {
    expect(job({ lora: 'four', negative_prompt: 'blurry' }).warnings).toEqual([
      'negative_prompt had no effect: true_cfg_scale is at most 1, so guidance is off',
    ]);
  });
});
