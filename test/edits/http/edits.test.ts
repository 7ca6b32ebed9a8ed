import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { edit, type EditBody, form, GOOD_PICTURE, goodForm, postEdit } from '../../support/edit-form.js';
import { BEGUN, ENDLESS, jobEnds, jobsBegin, jobsWait, submitJob } from '../../support/jobs.js';
import { metric } from '../../support/metrics.js';
import { gradient } from '../../support/pictures.js';
import { TestServer } from '../../support/server.js';

const bytesOf = ({ data }: EditBody, index = 0): Buffer => Buffer.from(data[index]?.b64_json ?? '', 'base64');

describe('edits', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  test('three inputs with two variants are six results, input by input', async () => {
    const images = [GOOD_PICTURE, await gradient(96, 64).jpeg().toBuffer(), await gradient(64, 96).webp().toBuffer()];
    const before = Math.floor(Date.now() / 1000);
    const response = await postEdit(server.url, goodForm({ images, n: '2', seed: '4294967295', size: '96x64' }));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('server-timing')).toMatch(
      /^queue;dur=[\d.]+, text;dur=[\d.]+, encode;dur=[\d.]+, denoise;dur=[\d.]+, decode;dur=[\d.]+$/,
    );
    const text = await response.text();
    expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
    const body = JSON.parse(text) as EditBody;
    expect(Object.keys(body)).toEqual(['created', 'data', 'usage', 'output_format', 'size', 'loras', 'warnings']);
    expect(body.created).toBeGreaterThanOrEqual(before);
    expect(body.data.map(({ seed, input_index }) => [input_index, seed])).toEqual([
      [0, 4294967295],
      [0, 0],
      [1, 4294967295],
      [1, 0],
      [2, 4294967295],
      [2, 0],
    ]);
    expect(new Set(body.data.map(({ b64_json }) => b64_json)).size).toBe(6);
    expect(body).toMatchObject({ output_format: 'png', size: '96x64', warnings: [] });
    const { usage } = body;
    expect(usage).toMatchObject({ input_images: 3, generated_images: 6 });
    expect(usage['processing_time_seconds']).toBeGreaterThan(0);
    const { text_tokens: textTokens = 0, image_tokens: imageTokens = 0 } = usage.input_tokens_details;
    expect(textTokens).toBeGreaterThan(0);
    expect(imageTokens).toBeGreaterThan(0);
    expect(usage['input_tokens']).toBe(textTokens + imageTokens);
    expect(usage['total_tokens']).toBe(textTokens + imageTokens + (usage['output_tokens'] ?? 0));
    expect(await sharp(bytesOf(body)).metadata()).toMatchObject({ format: 'png', width: 96, height: 64, channels: 3 });
  });

  test("the same seed gives the same picture, whether alone or as another's variant; another seed another", async () => {
    const pair = await edit(server.url, goodForm({ n: '2', seed: '7' }));
    const second = await edit(server.url, goodForm({ seed: '8' }));
    expect(bytesOf(pair, 1).equals(bytesOf(second))).toBe(true);
    expect(bytesOf(pair).equals(bytesOf(second))).toBe(false);
    const random = await Promise.all([1, 2].map(() => edit(server.url, goodForm({ seed: undefined }))));
    expect(random[0]?.data[0]?.seed).not.toBe(random[1]?.data[0]?.seed);
  });

  test.each(['image', 'image[]'])('%s is one edit', async (field) => {
    const body = await edit(server.url, goodForm({ images: undefined, [field]: GOOD_PICTURE }));
    const same = await edit(server.url, goodForm());
    expect(body.data[0]).toEqual(same.data[0]);
  });

  test("the checkpoint's own defaults hold", async () => {
    const body = await edit(server.url, form({ images: GOOD_PICTURE, prompt: 'a', seed: '1' }));
    const explicit = form({
      images: GOOD_PICTURE,
      prompt: 'a',
      seed: '1',
      size: '64x64',
      num_inference_steps: '2',
      true_cfg_scale: '4.0',
      negative_prompt: ' ',
    });
    expect(body.data).toEqual((await edit(server.url, explicit)).data);
  });

  test('every spelling of the defaults is accepted', async () => {
    const defaults = {
      stream: 'false',
      partial_images: '0',
      progress: 'false',
      response_format: 'b64_json',
      output_type: 'pil',
      n: '1',
      max_sequence_length: '512',
    };
    expect((await edit(server.url, goodForm(defaults))).warnings).toEqual([]);
    for (const model of ['tiny-plain', 'gpt-image-1', 'gpt-image-1-mini', 'dall-e-2'])
      await edit(server.url, goodForm({ model }));
  });

  test.each([
    ['png', undefined],
    ['jpeg', '80'],
    ['webp', '0'],
  ])('output_format %s', async (format, quality) => {
    const body = await edit(server.url, goodForm({ output_format: format, output_compression: quality }));
    expect(body.output_format).toBe(format);
    expect((await sharp(bytesOf(body)).metadata()).format).toBe(format);
  });

  test('output_compression is the quality', async () => {
    const [low, high] = await Promise.all(
      ['5', '100'].map(async (quality) =>
        bytesOf(await edit(server.url, goodForm({ output_format: 'jpeg', output_compression: quality }))),
      ),
    );
    expect(low?.length).toBeLessThan((high?.length ?? 0) / 2);
  });

  test('output_type pt holds the same picture, not yet rounded', async () => {
    const file = bytesOf(await edit(server.url, goodForm({ output_type: 'pt', size: '64x80' })));
    expect(file.subarray(0, 2).toString()).toBe('PK');
    const picture = await sharp(bytesOf(await edit(server.url, goodForm({ size: '64x80' }))))
      .raw()
      .toBuffer();
    // Its one tensor's bytes begin at a multiple of 64 after their name and at least 4 bytes of padding.
    const begin = Math.ceil((file.indexOf('/data/0') + '/data/0'.length + 4) / 64) * 64;
    const planes = new Float32Array(
      file.buffer.slice(file.byteOffset + begin, file.byteOffset + begin + 3 * 80 * 64 * 4),
    );
    const worst = planes.reduce((most, value, index) => {
      const [channel, pixel] = [Math.floor(index / (80 * 64)), index % (80 * 64)];
      return Math.max(most, Math.abs(value * 255 - (picture[pixel * 3 + channel] ?? NaN)));
    }, 0);
    expect(worst).toBeLessThanOrEqual(0.5001);
  });

  test('size auto keeps each input’s aspect', async () => {
    const images = [await gradient(128, 64).png().toBuffer(), await gradient(64, 128).png().toBuffer()];
    const body = await edit(server.url, goodForm({ images, size: 'auto' }));
    expect(body.size).toBe('auto');
    const sizes = await Promise.all([0, 1].map((index) => sharp(bytesOf(body, index)).metadata()));
    expect(sizes[0]?.width).toBe(sizes[1]?.height);
    expect(sizes[0]?.width).toBeGreaterThan(sizes[0]?.height ?? Infinity);
  });

  test('sizes that the autoencoder can’t make are met exactly', async () => {
    const body = await edit(server.url, goodForm({ size: '71x93' }));
    expect(await sharp(bytesOf(body)).metadata()).toMatchObject({ width: 71, height: 93 });
  });

  test('what has no effect is named', async () => {
    const asked = {
      guidance_scale: '3',
      background: 'transparent',
      quality: 'high',
      input_fidelity: 'high',
      output_compression: '50',
      true_cfg_scale: '1',
      negative_prompt: 'dull',
    };
    const { warnings } = await edit(server.url, goodForm(asked));
    const named = [
      'guidance_scale',
      'negative_prompt',
      'output_compression',
      'background',
      'quality',
      'input_fidelity',
    ];
    expect(warnings.map((warning) => warning.split(' ')[0])).toEqual(named);
    expect(warnings[0]).toContain('true_cfg_scale');
    const harmless = { background: 'auto', quality: 'auto', moderation: 'low', user: 'u', safety_identifier: 's' };
    expect((await edit(server.url, goodForm(harmless))).warnings).toEqual([]);
  });

  test('requests wait for each other in order', async () => {
    const begun = (await metric(server.url, BEGUN)) ?? NaN;
    server.holdEngine();
    const jobs = [await submitJob(server.url)];
    await jobsBegin(server.url, begun + 1);
    for (const waiting of [1, 2, 3]) {
      jobs.push(await submitJob(server.url));
      await jobsWait(server.url, waiting);
    }
    server.letEngineGoOn();
    const ended = [];
    for (const { id } of jobs) ended.push(await jobEnds(server.url, id));
    // By the service's own clock each began when the one before it was made, and waited longer.
    const starts = ended.map(({ started_at: at }) => at ?? NaN);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    for (const { started_at: start, created_at: created } of ended.slice(1)) expect(start).toBeGreaterThan(created);
  });

  test('a client that leaves while it waits is skipped', async () => {
    const begun = (await metric(server.url, BEGUN)) ?? NaN;
    server.holdEngine();
    const first = edit(server.url, goodForm());
    await jobsBegin(server.url, begun + 1);
    const leaving = new AbortController();
    const left = fetch(`${server.url}/v1/images/edits`, {
      method: 'POST',
      body: goodForm(ENDLESS),
      signal: leaving.signal,
    });
    await jobsWait(server.url, 1);
    leaving.abort();
    await expect(left).rejects.toThrow();
    while ((await metric(server.url, 'qwen_edit_queue_depth_jobs')) !== 0) await setTimeout(10);
    server.letEngineGoOn();
    await first;
    await edit(server.url, goodForm());
    // The first one and the last.
    expect(await metric(server.url, BEGUN)).toBe(begun + 2);
  });
});
