import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { edit, form, GOOD_PICTURE } from '../../support/edit-form.js';
import { pictureFile } from '../../support/fixtures.js';
import { type EditEvent, failure, GrpcClient, grpcAddress } from '../../support/grpc.js';
import { formFields, goodRequest, resultFiles } from '../../support/grpc-edit.js';
import { ellipse, maskOf } from '../../support/masks.js';
import { TestServer } from '../../support/server.js';
import { tinyLoras } from '../../support/tiny-loras.js';

const names = (events: readonly EditEvent[]): string[] => events.map(({ event }) => event);

describe('Edit', () => {
  let server: TestServer;
  let client: GrpcClient;
  let loras: Awaited<ReturnType<typeof tinyLoras>>;
  beforeAll(async () => {
    loras = await tinyLoras();
    server = await TestServer.start({ env: { GRPC_PORT: '0', LORA_DIR: loras.path } });
    client = new GrpcClient(grpcAddress(server));
  });
  afterAll(async () => {
    client.close();
    await server.stop();
    await loras.remove();
  });

  test('tells of everything that happens, in order, and ends with what it took', async () => {
    const events = await client.all(goodRequest({ n: 2, num_inference_steps: 3, partial_images: 1, size: '96x64' }));
    expect(names(events)[0]).toBe('accepted');
    expect(names(events).at(-1)).toBe('completed');
    const kinds = new Set(names(events));
    for (const kind of ['queued', 'started', 'progress', 'result'] as const) expect(kinds).toContain(kind);
    const numbers = events.slice(1, -1).map(({ number }) => number);
    expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
    const results = events.flatMap(({ result }) => (result === undefined ? [] : [result]));
    expect(results.map(({ image, seed, input_index: input }) => [image, seed, input])).toEqual([
      [1, 1, 0],
      [2, 2, 0],
    ]);
    expect(await sharp(results[0]?.data).metadata()).toMatchObject({ format: 'png', width: 96, height: 64 });
    expect(events.at(-1)?.completed).toMatchObject({
      input_images: 1,
      generated_images: 2,
      usage: { text_tokens: expect.any(Number) },
      seconds: { queue: expect.any(Number), denoise: expect.any(Number) },
      warnings: [],
    });
    const last = events.filter(({ event }) => event === 'progress').at(-1)?.progress;
    expect(last).toMatchObject({ step: 3, steps: 3, image: 2, images: 2 });
  });

  test('WatchJob tells from any point how the job has ended, also from its end and beyond', async () => {
    const made = await client.all(goodRequest({ detach: true }));
    const { job_id: id = '' } = made[0]?.accepted ?? {};
    const last = Math.max(...made.map(({ number }) => number));
    for (const after of [last, last + 1, 4_000_000_000]) {
      const [completed, ...others] = await client.all({ job_id: id, after }, {}, 'WatchJob');
      expect(others).toEqual([]);
      expect(completed?.completed).toEqual(made.at(-1)?.completed);
    }
    const long = client.open({ ...goodRequest({ prompt: 'ab '.repeat(10_666) }), detach: true });
    const [accepted] = (await once(long, 'data')) as [EditEvent];
    const failed = { job_id: accepted.accepted?.job_id, after: 4_000_000_000 };
    expect(await failure(client.all(failed, {}, 'WatchJob'))).toMatchObject({
      status: 'INVALID_ARGUMENT',
      reason: 'INVALID_INPUT',
      details: { BadRequest: { field_violations: [{ field: 'prompt' }] } },
    });
  });

  test('previews are pictures', async () => {
    // It begins once its reader is there: who comes late misses what was superseded.
    server.holdEngine();
    const stream = client.open(goodRequest({ num_inference_steps: 4, partial_images: 3, size: '64x64' }));
    const previews = [];
    for await (const message of stream) {
      const { event, preview } = message as EditEvent;
      if (event === 'started') server.letEngineGoOn();
      if (preview !== undefined) previews.push(preview);
    }
    expect(previews.length).toBeGreaterThan(0);
    for (const { data } of previews) expect(await sharp(data).metadata()).toMatchObject({ format: 'png', width: 64 });
  });

  const mask = async (): Promise<Buffer> => {
    const { width, height } = await sharp(GOOD_PICTURE).metadata();
    return maskOf(width, height, ellipse(width, height)).png().toBuffer();
  };
  const small = readFileSync(pictureFile('small.png'));
  const requests: Readonly<Record<string, () => Promise<Readonly<Record<string, unknown>>>>> = {
    'a picture': () => Promise.resolve({}),
    'two inputs, two variants': () => Promise.resolve({ images: [GOOD_PICTURE, small], n: 2 }),
    'guidance with a negative prompt': () =>
      Promise.resolve({ true_cfg_scale: 2.5, negative_prompt: 'blur', num_inference_steps: 2 }),
    'no guidance': () => Promise.resolve({ true_cfg_scale: 1 }),
    'its own aspect, as jpeg': () => Promise.resolve({ size: 'auto', output_format: 'jpeg', output_compression: 60 }),
    'a tensor': () => Promise.resolve({ output_type: 'pt', size: '64x64' }),
    'a mask': async () => ({ mask: await mask(), mask_feather: 2, size: 'auto' }),
    LoRAs: () => Promise.resolve({ lora: [{ name: 'style', scale: 0.8 }, { name: 'other' }] }),
    'a LoRA as its model': () => Promise.resolve({ model: 'style' }),
    'the largest seed, more tokens': () => Promise.resolve({ seed: 4_294_967_295, max_sequence_length: 1024 }),
    'fields that have no effect': () => Promise.resolve({ guidance_scale: 3, mask_feather: 4, output_compression: 50 }),
  };

  test.each(Object.entries(requests))(
    '%s: the files that HTTP answers, its warnings, its usage',
    async (_name, make) => {
      const request = goodRequest(await make());
      const events = await client.all(request);
      const body = await edit(server.url, form(formFields(request)));
      expect(resultFiles(events).map((file) => file.toString('base64'))).toEqual(
        body.data.map((each) => each.b64_json),
      );
      const results = events.flatMap(({ result }) => (result === undefined ? [] : [result]));
      expect(results.map(({ seed, input_index: input }) => [seed, input])).toEqual(
        body.data.map(({ seed, input_index: input }) => [seed, input]),
      );
      const completed = events.at(-1)?.completed;
      expect(completed?.warnings).toEqual(body.warnings);
      expect(completed).toMatchObject({
        input_images: body.usage['input_images'],
        generated_images: body.usage['generated_images'],
        usage: { total_tokens: body.usage['total_tokens'], ...body.usage.input_tokens_details },
      });
    },
  );

  test('a result of any size comes as one message', async () => {
    const events = await client.all(goodRequest({ output_type: 'pt', size: '1024x1024' }));
    const [file] = resultFiles(events);
    expect(file?.length).toBeGreaterThan(3 * 4 * 1024 * 1024);
  });
});

test('several references are one edit, in their order', async () => {
  const server = await TestServer.start({ checkpoint: 'plus-2509', env: { GRPC_PORT: '0' } });
  const client = new GrpcClient(grpcAddress(server));
  const pictures = ['wide.png', 'tall.png'].map((name) => readFileSync(pictureFile(name)));
  const fileOf = async (image: readonly Buffer[]): Promise<string | undefined> =>
    resultFiles(await client.all({ ...goodRequest({ size: '64x64' }), images: [], image }))[0]?.toString('base64');
  const body = await edit(
    server.url,
    form(formFields({ ...goodRequest({ size: '64x64' }), images: [], image: pictures })),
  );
  expect(await fileOf(pictures)).toBe(body.data[0]?.b64_json);
  expect(await fileOf(pictures.toReversed())).not.toBe(body.data[0]?.b64_json);
  client.close();
  await server.stop();
});
