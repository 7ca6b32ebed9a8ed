import { describe } from '@jest/globals';
import { type BreakIt, type Fault, testFaults } from '../../support/checkpoint-faults.js';

const service = (settings: unknown): BreakIt => {
  return (checkpoint) => checkpoint.writeJson('service.json', settings);
};
const SERVICE_FAULTS: readonly Fault[] = [
  [
    'a misspelt key',
    service({ default_step: 8 }),
    'service.json: default_step is not known; known are condition_area, condition_follows_size, native_area, min_area, max_area, max_side, default_size, default_steps, default_true_cfg_scale, max_true_cfg_scale, compute_type, model_id, suggestions, notice, examples',
  ],
  [
    'steps of zero',
    service({ default_steps: 0 }),
    'service.json: default_steps is 0, expected an integer of at least 1 and of at most 150',
  ],
  [
    'a size with a capital X',
    service({ default_size: '64X64' }),
    'service.json: default_size is "64X64", expected "auto" or "WIDTHxHEIGHT" with sides of 64–4096 pixels',
  ],
  [
    'a size that is too small',
    service({ default_size: '64x63' }),
    'service.json: default_size is "64x63", expected "auto" or "WIDTHxHEIGHT" with sides of 64–4096 pixels',
  ],
  [
    'a negative guidance scale',
    service({ default_true_cfg_scale: -1 }),
    'service.json: default_true_cfg_scale is -1, expected a number of at least 0',
  ],
  [
    'a compute type that is none',
    service({ compute_type: 'float16' }),
    'service.json: compute_type is "float16", expected "float32" or "bfloat16"',
  ],
  [
    'an area that is a text',
    service({ condition_area: '1024x1024' }),
    'service.json: condition_area is "1024x1024", expected an integer of at least 1 and of at most 4194304',
  ],
  [
    'a range that ends before it begins',
    service({ min_area: 65536, max_area: 65535 }),
    'service.json: min_area is 65536, more than max_area (65535)',
  ],
  [
    'a range that holds no multiples of the VAE’s step',
    service({ min_area: 65537, max_area: 65540 }),
    'service.json: min_area, max_area and max_side leave no size whose sides are multiples of 16',
  ],
  [
    'a largest side that the smallest area does not fit in',
    service({ min_area: 65536, max_side: 255 }),
    'service.json: min_area, max_area and max_side leave no size whose sides are multiples of 16',
  ],
  [
    'a largest side of none',
    service({ max_side: null }),
    'service.json: max_side is null, expected an integer of at least 64 and of at most 4096',
  ],
  [
    'a largest area beyond any',
    service({ max_area: 4194305 }),
    'service.json: max_area is 4194305, expected an integer of at least 1 and of at most 4194304',
  ],
  [
    'a condition that follows by a word',
    service({ condition_follows_size: 'yes' }),
    'service.json: condition_follows_size is "yes", expected true or false',
  ],
  [
    'an id with a space',
    service({ model_id: 'my model' }),
    'service.json: model_id is "my model", expected a text of letters, digits and . _ - /',
  ],
  [
    'blank suggestions',
    service({ suggestions: [' '] }),
    'service.json: suggestions is [" "], expected a list of texts, or of groups {"kind": {"en": "…"}, "prompts": ["…"]}',
  ],
  [
    'a group of suggestions without prompts',
    service({ suggestions: [{ kind: { en: 'Light' }, prompts: [] }] }),
    'service.json: suggestions.prompts is [], expected a list of texts',
  ],
  [
    'an example of a file elsewhere',
    service({ examples: [{ prompt: { en: 'Make it dark' }, before: '../photo.jpg', after: 'dark.jpg' }] }),
    'service.json: examples.before is "../photo.jpg", expected the path of a picture in the checkpoint’s folder | dark.jpg is missing',
  ],
  [
    'an example that is not there',
    service({ examples: [{ prompt: { en: 'Make it dark' }, before: 'photo.jpg', after: 'dark.jpg' }] }),
    'photo.jpg is missing | dark.jpg is missing',
  ],
  [
    'an example that is no picture',
    service({ examples: [{ prompt: { en: 'Make it dark' }, before: 'model_index.json', after: 'model_index.json' }] }),
    'model_index.json is not a PNG, JPEG or WebP picture',
  ],
  [
    'a notice that is a text',
    service({ notice: 'A small model.' }),
    'service.json: notice is "A small model.", expected an object',
  ],
  [
    'a notice that is null',
    service({ notice: null }),
    'service.json: notice is null, expected an object with "en", and "zh" if you like',
  ],
  [
    'a notice in a language that nothing shows',
    service({ notice: { en: 'A small model.', de: 'Ein kleines Modell.' } }),
    'service.json: notice.de is not known; known are en, zh',
  ],
  [
    'a notice in Chinese alone',
    service({ notice: { zh: '小模型。' } }),
    'service.json: notice.en is missing, expected a text of one line and at most 500 characters',
  ],
  [
    'a notice of two lines',
    service({ notice: { en: 'A small\nmodel.' } }),
    'service.json: notice.en is "A small\\nmodel.", expected a text of one line and at most 500 characters',
  ],
  [
    'a notice that goes on and on',
    service({ notice: { en: 'A small model.', zh: '小'.repeat(501) } }),
    `service.json: notice.zh is "${'小'.repeat(79)}…, expected a text of one line and at most 500 characters`,
  ],
  ['no object', service('auto'), 'service.json must hold a JSON object'],
];

describe('faults of service.json', () => testFaults(SERVICE_FAULTS));
