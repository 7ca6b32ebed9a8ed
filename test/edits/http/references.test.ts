import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import OpenAI, { toFile } from 'openai';
import { psnr } from '../../support/compare.js';
import { edit, type EditBody, form, postEdit } from '../../support/edit-form.js';
import { dataUrl, postJson } from '../../support/edit-json.js';
import { allEvents, type StreamEvent } from '../../support/event-stream.js';
import { expectError, expectRefused } from '../../support/expect-error.js';
import { goldenFile, manifest, pictureFile, type PictureCase } from '../../support/fixtures.js';
import { deleteJob, ENDLESS, type JobBody, jobEnds, jobRuns } from '../../support/jobs.js';
import { caseTexts, pixelsOf } from '../../support/picture-cases.js';
import { readImage } from '../../support/read-image.js';
import { TestServer } from '../../support/server.js';

/** dB: the tolerance of test/engine/parity. */
const SAME_PICTURE = 70;
const OTHER_PICTURE = 50;

type EditParameters = OpenAI.ImageEditParamsNonStreaming;

/** A case with three references. */
function threeReferences(checkpoint: string): PictureCase {
  const found = manifest(checkpoint).pictures.find(({ pictures }) => pictures.length === 3);
  if (found === undefined) throw new Error(`${checkpoint} has no case with three references`);
  return found;
}

const bytesOf = (name: string): Buffer => readFileSync(pictureFile(name));

test('where MAX_REFERENCES allows one picture its refusal names it; where the checkpoint takes one only, it does not', async () => {
  for (const [checkpoint, limit] of [
    ['plus-2511', ' (MAX_REFERENCES)'],
    ['plain', ''],
  ] as const) {
    const server = await TestServer.start({ checkpoint, env: { MAX_REFERENCES: '1' } });
    const image = ['square.png', 'wide.png'].map(bytesOf);
    await expectError(await postEdit(server.url, form({ prompt: 'make it blue', image })), {
      status: 400,
      code: 'INVALID_INPUT',
      message: `image: ${checkpoint === 'plain' ? 'tiny-plain' : checkpoint} takes at most 1 picture an edit${limit}, 2 were given; use images for separate edits`,
      param: 'image',
    });
    await server.stop();
  }
});

describe.each(['plus-2509', 'plus-2511'])('references of one edit, on %s', (checkpoint) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ checkpoint });
  });
  afterAll(() => server.stop());

  const item = threeReferences(checkpoint);
  const jsonOf = ({ prompt, negative_prompt: negative, size, ...rest }: PictureCase): Record<string, unknown> => ({
    prompt,
    negative_prompt: negative,
    size: size.join('x'),
    seed: rest.seed,
    num_inference_steps: rest.num_inference_steps,
    true_cfg_scale: rest.true_cfg_scale,
  });
  const expected = async (): Promise<Uint8Array> => (await readImage(goldenFile(checkpoint, item.expected))).data;

  test.each(['image', 'image[]'])(
    '%s repeated: diffusers’ picture, and another one in another order',
    async (field) => {
      const files = item.pictures.map(bytesOf);
      const made = await edit(server.url, form({ ...caseTexts(item), [field]: files }));
      expect(made.data).toHaveLength(1);
      expect(psnr(await pixelsOf(made), await expected())).toBeGreaterThanOrEqual(SAME_PICTURE);
      const swapped = await edit(server.url, form({ ...caseTexts(item), [field]: [...files].reverse() }));
      expect(psnr(await pixelsOf(swapped), await expected())).toBeLessThan(OTHER_PICTURE);
    },
  );

  test('images is a batch of edits with one reference each', async () => {
    const files = item.pictures.map(bytesOf);
    const { data, usage } = await edit(server.url, form({ ...caseTexts(item), images: files, n: '2' }));
    expect(data.map(({ input_index: index }) => index)).toEqual([0, 0, 1, 1, 2, 2]);
    expect(usage['input_images']).toBe(3);
    const [first] = files;
    const alone = await edit(server.url, form({ ...caseTexts(item), image: first }));
    expect(data[0]?.b64_json).toBe(alone.data[0]?.b64_json);
  });

  test('usage counts every reference', async () => {
    const [first = Buffer.alloc(0)] = item.pictures.map(bytesOf);
    const tokens = async (count: number): Promise<number> => {
      const image = Array.from({ length: count }, () => first);
      const { usage } = await edit(server.url, form({ ...caseTexts(item), image }));
      return usage.input_tokens_details['image_tokens'] ?? NaN;
    };
    const [one, three] = [await tokens(1), await tokens(3)];
    expect(one).toBeGreaterThan(0);
    expect(three).toBe(3 * one);
  });

  test('more than MAX_REFERENCES are refused by name, with both numbers', async () => {
    const image = Array.from({ length: 5 }, () => bytesOf('square.png'));
    await expectRefused(
      await postEdit(server.url, form({ ...caseTexts(item), image })),
      /takes at most 4 pictures an edit \(MAX_REFERENCES\), 5 were given/,
      'image',
    );
    const images = image.map((file) => ({ image_url: dataUrl(file) }));
    await expectRefused(
      await postJson(server.url, { ...jsonOf(item), images }),
      /takes at most 4 pictures an edit \(MAX_REFERENCES\), 5 were given/,
      'images',
    );
  });

  test('in JSON images are the references of one edit', async () => {
    const images = item.pictures.map((name) => ({ image_url: dataUrl(bytesOf(name)) }));
    const response = await postJson(server.url, { ...jsonOf(item), images });
    const body = (await response.json()) as EditBody;
    expect(response.status).toBe(200);
    expect(body.data).toHaveLength(1);
    expect(psnr(await pixelsOf(body), await expected())).toBeGreaterThanOrEqual(SAME_PICTURE);
  });

  test('variants are those that are made alone', async () => {
    const image = item.pictures.map(bytesOf);
    const { data, usage } = await edit(server.url, form({ ...caseTexts(item), image, seed: '7', n: '2' }));
    expect(data.map(({ seed, input_index: index }) => [seed, index])).toEqual([
      [7, 0],
      [8, 0],
    ]);
    expect([usage['input_images'], usage['generated_images']]).toEqual([item.pictures.length, 2]);
    const alone = await edit(server.url, form({ ...caseTexts(item), image, seed: '8' }));
    expect(alone.data[0]?.b64_json).toBe(data[1]?.b64_json);
  });

  test('a stream has previews, steps and the result', async () => {
    const image = item.pictures.map(bytesOf);
    const fields = { ...caseTexts(item), image, num_inference_steps: '3' };
    // It begins once its reader is there: who comes late misses what was superseded.
    server.holdEngine();
    const response = await postEdit(
      server.url,
      form({ ...fields, stream: 'true', progress: 'true', partial_images: '1' }),
    );
    server.letEngineGoOn();
    const events = await allEvents(response);
    const named = (name: string): StreamEvent[] => events.filter((event) => event.name === `image_edit.${name}`);
    // A later step stands for one that was not sent yet.
    const steps = named('progress').map(({ data: { step } }) => step);
    expect(steps.at(-1)).toBe(3);
    expect(steps).toEqual([1, 2, 3].filter((step) => steps.includes(step)));
    expect(new Set(named('progress').map(({ data }) => data['steps']))).toEqual(new Set([3]));
    expect(named('partial_image')).toHaveLength(1);
    const plain = await edit(server.url, form(fields));
    expect(named('completed').map(({ data }) => data['b64_json'])).toEqual([plain.data[0]?.b64_json]);
  });

  test('a job is found again by its key, but not with the references in another order; it can be cancelled', async () => {
    const image = item.pictures.map(bytesOf);
    const submit = (files: readonly Buffer[]): Promise<Response> =>
      postEdit(server.url, form({ ...caseTexts(item), ...ENDLESS, images: undefined, image: files }), {
        prefer: 'respond-async',
        'idempotency-key': checkpoint,
      });
    const [first, again, other] = [await submit(image), await submit(image), await submit([...image].reverse())];
    const { id } = (await first.json()) as JobBody;
    expect(((await again.json()) as JobBody).id).toBe(id);
    await expectError(other, {
      status: 409,
      code: 'CONFLICT',
      message: 'This Idempotency-Key was used with another body',
      param: null,
    });
    await jobRuns(server.url, id);
    expect((await deleteJob(server.url, id)).status).toBe(202);
    expect((await jobEnds(server.url, id)).status).toBe('cancelled');
  });

  test('the openai package’s array of files', async () => {
    const client = new OpenAI({ apiKey: 'none', baseURL: `${server.url}/v1`, maxRetries: 0 });
    const image = await Promise.all(item.pictures.map((name) => toFile(bytesOf(name), name, { type: 'image/png' })));
    // The package sends what its types don't know of, too.
    const { prompt } = item;
    const made = (await client.images.edit({
      ...caseTexts(item),
      prompt,
      image,
    } as EditParameters)) as unknown as EditBody;
    expect(made.data).toHaveLength(1);
    expect(psnr(await pixelsOf(made), await expected())).toBeGreaterThanOrEqual(SAME_PICTURE);
  });
});
