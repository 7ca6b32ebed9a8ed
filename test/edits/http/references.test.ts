import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import OpenAI, { toFile } from 'openai';
import sharp from 'sharp';
import { psnr } from '../../support/compare.js';
import { edit, type EditBody, form, postEdit } from '../../support/edit-form.js';
import { expectError } from '../../support/expect-error.js';
import { goldenFile, manifest, pictureFile, type PictureCase } from '../../support/fixtures.js';
import { readImage } from '../../support/read-image.js';
import { TestServer } from '../../support/server.js';

/** dB: the tolerance of test/engine/parity. */
const SAME_PICTURE = 70;
const OTHER_PICTURE = 50;

/** A case with three references. */
function threeReferences(checkpoint: string): PictureCase {
  const found = manifest(checkpoint).pictures.find(({ pictures }) => pictures.length === 3);
  if (found === undefined) throw new Error(`${checkpoint} has no case with three references`);
  return found;
}

const bytesOf = (name: string): Buffer => readFileSync(pictureFile(name));

describe.each(['plus-2509', 'plus-2511'])('references of one edit, on %s', (checkpoint) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ checkpoint });
  });
  afterAll(() => server.stop());

  const item = threeReferences(checkpoint);
  const fieldsOf = ({ prompt, negative_prompt: negative, size, ...rest }: PictureCase): Record<string, string> => ({
    prompt,
    ...(negative === null ? {} : { negative_prompt: negative }),
    size: size.join('x'),
    seed: String(rest.seed),
    num_inference_steps: String(rest.num_inference_steps),
    true_cfg_scale: String(rest.true_cfg_scale),
  });
  const expected = async (): Promise<Uint8Array> => (await readImage(goldenFile(checkpoint, item.expected))).data;
  const pixelsOf = async ({ data: [first] }: EditBody): Promise<Uint8Array> =>
    new Uint8Array(
      await sharp(Buffer.from(first?.b64_json ?? '', 'base64'))
        .raw()
        .toBuffer(),
    );

  test.each(['image', 'image[]'])(
    '%s repeated: diffusers’ picture, and another one in another order',
    async (field) => {
      const files = item.pictures.map(bytesOf);
      const made = await edit(server.url, form({ ...fieldsOf(item), [field]: files }));
      expect(made.data).toHaveLength(1);
      expect(psnr(await pixelsOf(made), await expected())).toBeGreaterThanOrEqual(SAME_PICTURE);
      const swapped = await edit(server.url, form({ ...fieldsOf(item), [field]: [...files].reverse() }));
      expect(psnr(await pixelsOf(swapped), await expected())).toBeLessThan(OTHER_PICTURE);
    },
  );

  test('images is a batch of edits with one reference each', async () => {
    const files = item.pictures.map(bytesOf);
    const { data, usage } = await edit(server.url, form({ ...fieldsOf(item), images: files, n: '2' }));
    expect(data.map(({ input_index: index }) => index)).toEqual([0, 0, 1, 1, 2, 2]);
    expect(usage['input_images']).toBe(3);
    const [first] = files;
    const alone = await edit(server.url, form({ ...fieldsOf(item), image: first }));
    expect(data[0]?.b64_json).toBe(alone.data[0]?.b64_json);
  });

  test('usage counts every reference', async () => {
    const [first = Buffer.alloc(0)] = item.pictures.map(bytesOf);
    const tokens = async (count: number): Promise<number> => {
      const image = Array.from({ length: count }, () => first);
      const { usage } = await edit(server.url, form({ ...fieldsOf(item), image }));
      return usage.input_tokens_details['image_tokens'] ?? NaN;
    };
    const [one, three] = [await tokens(1), await tokens(3)];
    expect(one).toBeGreaterThan(0);
    expect(three).toBe(3 * one);
  });

  test('more than MAX_REFERENCES are refused by name, with both numbers', async () => {
    const image = Array.from({ length: 5 }, () => bytesOf('square.png'));
    await expectError(await postEdit(server.url, form({ ...fieldsOf(item), image })), {
      status: 400,
      code: 'INVALID_INPUT',
      message: /takes at most 4 pictures an edit, 5 were given/,
      param: 'image',
    });
  });

  test('the openai package’s array of files', async () => {
    const client = new OpenAI({ apiKey: 'none', baseURL: `${server.url}/v1`, maxRetries: 0 });
    const image = await Promise.all(item.pictures.map((name) => toFile(bytesOf(name), name, { type: 'image/png' })));
    const { data } = await client.images.edit({ image, prompt: 'the fox of picture 2 into 图1' });
    expect(data).toHaveLength(1);
  });
});
