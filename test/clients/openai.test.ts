import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import OpenAI, { toFile } from 'openai';
import sharp from 'sharp';
import { GOOD_PICTURE } from '../support/edit-form.js';
import { decoded, differences, maskOf } from '../support/masks.js';
import { metric, metricReaches } from '../support/metrics.js';
import { gradient } from '../support/pictures.js';
import { TestServer } from '../support/server.js';

const PICTURES = 'qwen_edit_pictures_total{engine="0"}';

describe('the openai package for Node', () => {
  let server: TestServer;
  let client: OpenAI;
  beforeAll(async () => {
    server = await TestServer.start({ env: { API_KEY: 'sk-test' } });
    client = new OpenAI({ apiKey: 'sk-test', baseURL: `${server.url}/v1`, maxRetries: 0 });
  });
  afterAll(() => server.stop());

  const picture = (): ReturnType<typeof toFile> => toFile(GOOD_PICTURE, 'photo.png', { type: 'image/png' });

  test('one file', async () => {
    const { data, usage, created } = await client.images.edit({
      model: 'gpt-image-1',
      image: await picture(),
      prompt: 'make it blue',
      n: 2,
      quality: 'auto',
      output_format: 'jpeg',
      output_compression: 80,
      background: 'auto',
      user: 'somebody',
    });
    expect(data).toHaveLength(2);
    expect(created).toBeGreaterThan(1.7e9);
    expect(usage?.total_tokens).toBe((usage?.input_tokens ?? 0) + (usage?.output_tokens ?? 0));
    const file = Buffer.from(data?.[0]?.b64_json ?? '', 'base64');
    expect(await sharp(file).metadata()).toMatchObject({ format: 'jpeg', width: 64, height: 64 });
  });

  test('an array of one', async () => {
    const { data } = await client.images.edit({
      image: [await picture()],
      prompt: 'make it blue',
      response_format: 'b64_json',
    });
    expect(data).toHaveLength(1);
  });

  test('the served model as the hub names it', async () => {
    const { data } = await client.images.edit({ model: 'Qwen/tiny-plain', image: await picture(), prompt: 'a' });
    expect(data).toHaveLength(1);
  });

  test('stream: true gives previews and the result, and nothing that the package does not know', async () => {
    const events: OpenAI.ImageEditStreamEvent[] = [];
    // It begins once its reader is there: who comes late misses what was superseded.
    server.holdEngine();
    const stream = await client.images.edit({
      image: await picture(),
      prompt: 'make it blue',
      stream: true,
      partial_images: 1,
    });
    server.letEngineGoOn();
    for await (const event of stream) events.push(event);
    expect(events.map(({ type }) => type)).toEqual(['image_edit.partial_image', 'image_edit.completed']);
    for (const { b64_json: data, created_at: createdAt, output_format: format } of events) {
      expect(await sharp(Buffer.from(data, 'base64')).metadata()).toMatchObject({ format, width: 64, height: 64 });
      expect(createdAt).toBeGreaterThan(1.7e9);
    }
    const [preview, result] = events;
    expect(preview).toMatchObject({ partial_image_index: 0, background: 'opaque', quality: 'auto', size: '64x64' });
    const usage = result?.type === 'image_edit.completed' ? result.usage : undefined;
    expect(usage?.total_tokens).toBe((usage?.input_tokens ?? NaN) + (usage?.output_tokens ?? NaN));
  });

  test('a stream’s failure is thrown', async () => {
    const stream = await client.images.edit({ image: await picture(), prompt: 'ab '.repeat(10_666), stream: true });
    const failure = await (async () => {
      for await (const event of stream) expect(event).toBeNull();
    })().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OpenAI.APIError);
    expect(failure).toMatchObject({ code: 'INVALID_INPUT', param: 'prompt', type: 'invalid_request_error' });
  });

  test('a stream that is left early gives up its work', async () => {
    const stream = await client.images.edit({
      image: await picture(),
      prompt: 'a',
      stream: true,
      partial_images: 3,
      n: 10,
      size: '1024x1024',
    });
    const before = (await metric(server.url, PICTURES)) ?? 0;
    for await (const event of stream) if (event.type === 'image_edit.partial_image') break;
    await metricReaches(server.url, 'qwen_edit_cancels_total{reason="client_gone"}', 1);
    await client.images.edit({ image: await picture(), prompt: 'a' });
    // Of the ten that it would have made not all, and the other edit's own.
    expect(await metric(server.url, PICTURES)).toBeLessThan(before + 10);
  });

  test('an array of two is one edit with two references, which a single-image checkpoint refuses by name', async () => {
    const second = await toFile(await gradient(64, 64).png().toBuffer(), 'second.png');
    const failure = await client.images
      .edit({ image: [await picture(), second], prompt: 'a' })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OpenAI.BadRequestError);
    expect(failure).toMatchObject({
      status: 400,
      code: 'INVALID_INPUT',
      param: 'image',
      type: 'invalid_request_error',
      message: expect.stringContaining('takes at most 1 picture an edit, 2 were given') as unknown,
    });
  });

  test('mask is what may change', async () => {
    const file = await gradient(64, 64).png().toBuffer();
    const mask = await maskOf(64, 64, (x) => x < 24)
      .png()
      .toBuffer();
    const edited = await client.images.edit({
      image: await toFile(file, 'photo.png'),
      mask: await toFile(mask, 'mask.png', { type: 'image/png' }),
      prompt: 'a',
      size: 'auto',
    });
    const result = await decoded(Buffer.from(edited.data?.[0]?.b64_json ?? '', 'base64'));
    const { outside, inside } = differences(result, await decoded(file), (x) => x < 24);
    expect(outside).toBe(0);
    expect(inside).toBeGreaterThan(1000);
    const other = await toFile(
      await maskOf(64, 65, (x) => x < 24)
        .png()
        .toBuffer(),
      'mask.png',
    );
    await expect(client.images.edit({ image: await picture(), mask: other, prompt: 'a' })).rejects.toMatchObject({
      status: 400,
      param: 'mask',
    });
  });

  test('what is not served yet is refused by name', async () => {
    const image = await picture();
    await expect(client.images.edit({ image, prompt: 'a', response_format: 'url' })).rejects.toMatchObject({
      param: 'response_format',
    });
  });

  test('models, and a wrong key', async () => {
    const ids: string[] = [];
    for await (const { id } of client.models.list()) ids.push(id);
    expect(ids).toEqual(['tiny-plain']);
    await expect(client.withOptions({ apiKey: 'wrong' }).models.list()).rejects.toBeInstanceOf(
      OpenAI.AuthenticationError,
    );
  });
});
