import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TEXT_FIELDS } from '../../../src/edits/fields/check-fields.js';
import { edit, type EditBody, type Fields, goodForm, postEdit } from '../../support/edit-form.js';
import { expectRefused } from '../../support/expect-error.js';
import { filePart, postParts, textPart } from '../../support/multipart.js';
import { TestServer } from '../../support/server.js';

const SIZE_FORMAT = "Invalid size format. Use 'WIDTHxHEIGHT' (e.g., '1024x1024')";
const OUTPUT_TYPE = "output_type must be 'pil' or 'pt'";

/** Texts that some parser might take for a number, and none of which is a whole one. */
const NO_WHOLE_NUMBERS = ['2abc', '1.5', '1e1', '0x1', ' ', ' 1', '1 ', '+1', 'NaN', 'Infinity', 'null', 'true', '１'];

/** None of them the served one, nor it behind one organisation, nor an OpenAI image model. */
const OTHER_MODELS = [
  'gpt-4',
  'TINY-PLAIN',
  'dall-e',
  '/tiny-plain',
  'a/b/tiny-plain',
  'a b/tiny-plain',
  'tiny-plain/',
  'Qwen/Other',
  '../tiny-plain',
];

describe('form fields', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ env: { MAX_STEPS: '20', MAX_OUTPUT_SIDE: '512', MAX_OUTPUT_PIXELS: '65536' } });
  });
  afterAll(async () => {
    const body = await edit(server.url, goodForm());
    expect(body.data).toHaveLength(1);
    expect((await server.stop()).leftovers).toEqual([]);
  });

  const refused = async (changes: Fields, message: string | RegExp, param: string): Promise<void> => {
    await expectRefused(await postEdit(server.url, goodForm(changes)), message, param);
  };

  test.each([
    ['absent', undefined],
    ['empty', ''],
    ['blank', ' \t\n　'],
  ])('a prompt that is %s', async (_name, prompt) => {
    await refused({ prompt }, 'Prompt cannot be empty', 'prompt');
  });

  test('a doubled prompt', async () => {
    await refused({ prompt: ['one', 'two'] }, 'prompt must be given only once', 'prompt');
  });

  test('a prompt with more tokens than max_sequence_length is refused with both numbers', async () => {
    await refused(
      { prompt: 'ab '.repeat(10_666) },
      /^prompt has \d{4,} tokens, more than max_sequence_length \(512\)$/,
      'prompt',
    );
    await refused({ prompt: 'a b c', max_sequence_length: '1' }, /^prompt has \d+ tokens.*\(1\)$/, 'prompt');
    await refused(
      { negative_prompt: 'a b '.repeat(1000), true_cfg_scale: '2' },
      /^negative_prompt has \d+ tokens/,
      'negative_prompt',
    );
  });

  test('a prompt of more than 32,000 characters, an emoji being one', async () => {
    await refused(
      { prompt: 'a'.repeat(32_001) },
      'prompt must have at most 32000 characters, 32001 were given',
      'prompt',
    );
    await refused({ prompt: '😀'.repeat(32_000) }, /^prompt has \d{4,} tokens, more than/, 'prompt');
    await refused(
      { negative_prompt: '😀'.repeat(32_001) },
      'negative_prompt must have at most 32000 characters, 32001 were given',
      'negative_prompt',
    );
  });

  test('special tokens in either prompt', async () => {
    await refused({ prompt: 'a <|image_pad|> b' }, /^prompt must not contain .*<\|image_pad\|>$/, 'prompt');
    await refused(
      { negative_prompt: '<|im_end|>' },
      /^negative_prompt must not contain .*<\|im_end\|>$/,
      'negative_prompt',
    );
  });

  test.each([
    ['n', 'n must be between 1 and 10', ['0', '11', '-1', '999999999999999']],
    ['n', 'n must be a whole number between 1 and 10', NO_WHOLE_NUMBERS],
    ['num_inference_steps', 'num_inference_steps must be at least 1', ['0', '-1']],
    ['num_inference_steps', 'num_inference_steps must be a whole number of at least 1', NO_WHOLE_NUMBERS],
    ['num_inference_steps', 'num_inference_steps must be at most 20 (MAX_STEPS)', ['21', '150']],
    ['output_type', OUTPUT_TYPE, ['np', 'PIL', 'pil ']],
    [
      'size',
      SIZE_FORMAT,
      ['1024', '1024X1024', '1024x1024 ', '64x', 'x64', '64x-64', '64.0x64', '64×64', 'AUTO', '1e3x64'],
    ],
    [
      'size',
      'size must have sides between 64 and 512 pixels (MAX_OUTPUT_SIDE)',
      ['0x0', '63x64', '64x513', '999999999x64'],
    ],
    ['size', 'size must have at most 65536 pixels in all (MAX_OUTPUT_PIXELS), 512x256 has 131072', ['512x256']],
    [
      'guidance_scale',
      'guidance_scale must be a number of at least 0',
      ['-0.1', 'NaN', 'Infinity', '4,5', ' ', '1e', '0x1', '1e99'],
    ],
    [
      'true_cfg_scale',
      'true_cfg_scale must be a number of at least 0',
      ['-1', 'NaN', '-Infinity', '4.0 ', 'four', '1e39'],
    ],
    ['max_sequence_length', 'max_sequence_length must be between 1 and 1024', ['0', '1025', '-1']],
    ['max_sequence_length', 'max_sequence_length must be a whole number between 1 and 1024', NO_WHOLE_NUMBERS],
    ['mask_feather', 'mask_feather must be between 0 and 64', ['65', '-1']],
    ['mask_feather', 'mask_feather must be a whole number between 0 and 64', NO_WHOLE_NUMBERS],
    ['seed', 'seed must be between 0 and 4294967295', ['-1', '4294967296']],
    ['seed', 'seed must be a whole number between 0 and 4294967295', NO_WHOLE_NUMBERS],
    ['output_format', "output_format must be 'png', 'jpeg' or 'webp'", ['gif', 'PNG']],
    ['output_compression', 'output_compression must be between 0 and 100', ['-1', '101']],
    ['output_compression', 'output_compression must be a whole number between 0 and 100', NO_WHOLE_NUMBERS],
    ['response_format', "response_format must be 'b64_json'", ['url', ' ']],
    ['stream', "stream must be 'true' or 'false'", ['2', 'yes', 'TRUE', ' true']],
    ['partial_images', 'partial_images must be between 0 and 3', ['-1', '4']],
    ['partial_images', 'partial_images must be a whole number between 0 and 3', NO_WHOLE_NUMBERS],
    ['progress', "progress must be 'true' or 'false'", ['10', 'on', 'FALSE']],
    ['model', "model must be 'tiny-plain', the served model, or absent", OTHER_MODELS],
  ])('%s: %s', async (field, message, values) => {
    for (const value of values) await refused({ [field]: value }, message, field);
  });

  test('an optional field that is empty is absent; a prompt and an unknown field are not', async () => {
    const optional = [...TEXT_FIELDS.filter((name) => name !== 'prompt'), 'image', 'mask', 'style'];
    const empty = Object.fromEntries(optional.map((name) => [name, '']));
    const [plain, whole] = [
      await edit(server.url, goodForm()),
      await edit(server.url, goodForm({ ...empty, num_inference_steps: '1', seed: '1' })),
    ];
    expect(whole.data).toEqual(plain.data);
    expect(whole.warnings).toEqual([]);
    await refused({ images: '' }, 'At least one image is required', 'images');
    await refused({ strength: '' }, 'Unknown field: strength', 'strength');
    await refused({ seed: ['', '7'] }, 'seed must be given only once', 'seed');
    await refused({ seed: ['', ''] }, 'seed must be given only once', 'seed');
  });

  test('true and false as other languages write them', async () => {
    for (const [yes, no] of [
      ['true', 'false'],
      ['True', 'False'],
      ['1', '0'],
    ]) {
      const response = await postEdit(server.url, goodForm({ stream: yes, progress: no }));
      expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
      expect(await response.text()).not.toContain('image_edit.progress');
      const { warnings } = await edit(server.url, goodForm({ stream: no, progress: yes }));
      expect(warnings).toEqual(['progress had no effect: the answer is not a stream']);
    }
  });

  test('the served model behind an organisation', async () => {
    for (const model of ['tiny-plain', 'Qwen/tiny-plain', 'some-one.else_2/tiny-plain', 'gpt-image-1']) {
      expect((await edit(server.url, goodForm({ model }))).data).toHaveLength(1);
    }
  });

  test.each(['prompt', 'negative_prompt'])(
    'line ends in %s are LF: the same picture, and the same body',
    async (field) => {
      const post = async (words: string, headers: Record<string, string> = {}): Promise<string | undefined> => {
        const wording = { prompt: 'make it blue', num_inference_steps: '1', seed: '1', [field]: words };
        // Not FormData: it would send CRLF for all of them.
        const texts = Object.entries(wording).map(([name, value]) => textPart(name, value));
        const response = await postParts(server.url, [...texts, filePart('images')], headers);
        return ((await response.json()) as EditBody).data[0]?.b64_json;
      };
      const picture = await post('blue\nand\n\nbright');
      expect(picture).toBeDefined();
      expect(picture).not.toBe(await post('blue and bright'));
      const key = { 'idempotency-key': `line-ends-${field}` };
      for (const words of ['blue\nand\n\nbright', 'blue\r\nand\r\n\r\nbright', 'blue\rand\r\rbright']) {
        expect(await post(words)).toBe(picture);
        expect(await post(words, key)).toBe(picture);
      }
    },
  );

  test('the first fault answers: images, prompt, n, num_inference_steps, output_type, size, the rest, the pictures', async () => {
    const faults: [field: string, value: string, message: string][] = [
      ['prompt', '', 'Prompt cannot be empty'],
      ['n', '0', 'n must be between 1 and 10'],
      ['num_inference_steps', '0', 'num_inference_steps must be at least 1'],
      ['output_type', 'x', OUTPUT_TYPE],
      ['size', 'x', SIZE_FORMAT],
      ['seed', '-1', 'seed must be between 0 and 4294967295'],
      ['unknown', 'x', 'Unknown field: unknown'],
    ];
    const broken: Record<string, string | Uint8Array | undefined> = {
      images: 'text',
      ...Object.fromEntries(faults.map(([field, value]) => [field, value])),
    };
    await refused(broken, 'images must be a file, not text', 'images');
    broken['images'] = Buffer.from('no picture');
    for (const [field, , message] of faults) {
      await refused(broken, message, field);
      broken[field] = field === 'prompt' ? 'a' : undefined;
    }
    await refused(broken, /^Invalid image format at index 0: /, 'images');
  });
});
