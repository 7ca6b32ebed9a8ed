import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Redis } from 'ioredis';
import sharp from 'sharp';
import { edit, GOOD_PICTURE, goodForm, postEdit } from '../support/edit-form.js';
import { allEvents } from '../support/event-stream.js';
import { expectError } from '../support/expect-error.js';
import { checkpointFolder } from '../support/fixtures.js';
import { deleteJob, ENDLESS, getJob, jobEnds, jobRuns, submitJob } from '../support/jobs.js';
import { eventually, isServed, renamedCheckpoint, ScaledService } from '../support/redis/scaled.js';
import type { TestServer } from '../support/server.js';

/** A busy machine takes its time for several processes. */
jest.setTimeout(180_000);

const idsOf = async (server: TestServer): Promise<string[]> => {
  const { data } = (await (await fetch(`${server.url}/v1/models`)).json()) as { data: { id: string }[] };
  return data.map(({ id }) => id);
};

describe('services and workers that share a Redis', () => {
  let scaled: ScaledService;
  let apis: readonly [TestServer, TestServer];
  let worker: TestServer;
  beforeAll(async () => {
    scaled = await ScaledService.start();
    const key = { API_KEY: '' };
    apis = [await scaled.api(key), await scaled.api(key)];
  });
  afterAll(() => scaled.stop());

  test('a service without a worker is alive, not ready, and says why; a worker makes it ready', async () => {
    const [{ url }] = apis;
    expect((await fetch(`${url}/health`)).status).toBe(200);
    const response = await fetch(`${url}/ready`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ reason: 'no worker serves a model' });
    await expectError(await postEdit(url, goodForm()), {
      status: 503,
      code: 'MODEL_NOT_READY',
      message: 'Model is not ready yet',
      param: null,
    });
    worker = await scaled.worker();
    await Promise.all(apis.map(isServed));
  });

  test('a service has no engine and no runtime; a worker answers health, readiness and metrics alone', async () => {
    expect(apis[0].log).not.toContain('Engine process');
    expect(readFileSync(`/proc/${apis[0].pid}/maps`, 'utf8')).not.toMatch(/onnxruntime/);
    for (const path of ['health', 'ready', 'metrics']) expect((await fetch(`${worker.url}/${path}`)).status).toBe(200);
    for (const path of ['v1/models', '', 'docs', 'openapi.json']) {
      expect((await fetch(`${worker.url}/${path}`)).status).toBe(404);
    }
    expect((await postEdit(worker.url, goodForm())).status).toBe(404);
  });

  test('any service answers for any job: state, events from any number on, its end, and what is kept of it', async () => {
    const [one, other] = apis;
    const { id } = await submitJob(one.url, {
      n: '2',
      progress: 'true',
      partial_images: '1',
      num_inference_steps: '4',
    });
    const events = await allEvents(await fetch(`${other.url}/v1/images/edits/${id}/events`));
    expect(events.filter(({ name }) => name === 'image_edit.completed')).toHaveLength(2);
    const [first] = events;
    const rest = await allEvents(
      await fetch(`${one.url}/v1/images/edits/${id}/events`, { headers: { 'last-event-id': first?.id ?? '' } }),
    );
    expect(rest.at(-1)?.id).toBe(events.at(-1)?.id);
    expect(rest.map(({ id: number }) => number)).not.toContain(first?.id);
    expect((await getJob(other.url, id)).result?.data).toEqual((await getJob(one.url, id)).result?.data);
    expect((await deleteJob(other.url, id)).status).toBe(200);
    expect((await fetch(`${one.url}/v1/images/edits/${id}`)).status).toBe(404);
  });

  test('a job that runs is cancelled by any service; one key is one job, whichever service is asked', async () => {
    const [one, other] = apis;
    const { id } = await submitJob(one.url, ENDLESS);
    await jobRuns(other.url, id);
    expect((await deleteJob(other.url, id)).status).toBe(202);
    expect((await getJob(one.url, id)).status).toBe('cancelled');
    const key = { 'idempotency-key': 'one-and-the-same' };
    const jobs = await Promise.all([one, other].map(({ url }) => submitJob(url, {}, key)));
    expect(jobs[0]?.id).toBe(jobs[1]?.id);
    await expectError(await postEdit(other.url, goodForm({ prompt: 'another' }), key), {
      status: 409,
      code: 'CONFLICT',
      message: 'This Idempotency-Key was used with another body',
      param: null,
    });
  });

  test('the picture is that of a service by itself, with a mask too; what is wrong with an input is told at once', async () => {
    const alone = await scaled.alone();
    const { width, height } = await sharp(GOOD_PICTURE).metadata();
    const alpha = Uint8Array.from({ length: width * height * 4 }, (_, at) => (at % 4 === 3 && at % 8 < 4 ? 255 : 0));
    const mask = await sharp(alpha, { raw: { width, height, channels: 4 } })
      .png()
      .toBuffer();
    const forms = [{}, { images: undefined, image: GOOD_PICTURE, mask, size: 'auto', num_inference_steps: '3' }];
    for (const changes of forms) {
      expect((await edit(apis[0].url, goodForm(changes))).data).toEqual(
        (await edit(alone.url, goodForm(changes))).data,
      );
    }
    const images = [GOOD_PICTURE, GOOD_PICTURE.subarray(0, GOOD_PICTURE.length >> 1)];
    await expectError(await postEdit(apis[0].url, goodForm({ images })), {
      status: 400,
      code: 'INVALID_INPUT',
      message: /^Invalid image format at index 1: /,
      param: 'images',
    });
    const other = await sharp(alpha, { raw: { width: width * 2, height: height / 2, channels: 4 } })
      .png()
      .toBuffer();
    await expectError(
      await postEdit(apis[0].url, goodForm({ images: undefined, image: GOOD_PICTURE, mask: other, size: 'auto' })),
      {
        status: 400,
        code: 'INVALID_INPUT',
        message: /^Invalid mask: it has 128x32 pixels, but the picture/,
        param: 'mask',
      },
    );
  });

  test('Redis holds a job as long as it is kept: its texts, neither the key nor anything for ever', async () => {
    const redis = new Redis(scaled.redis.url);
    const prompt = 'a prompt like no other';
    const { id } = await submitJob(apis[0].url, { ...ENDLESS, prompt });
    const record = await redis.hgetall(`qwen-edit:job:${id}`);
    expect(record['edit']).toContain(prompt);
    for (const key of await redis.keys(`qwen-edit:job:${id}*`)) expect(await redis.pttl(key)).toBeGreaterThan(0);
    await deleteJob(apis[0].url, id);
    await deleteJob(apis[1].url, id);
    await eventually(async () => (await redis.keys(`*${id}*`)).length === 0);
    redis.disconnect();
  });

  test('several models: each has workers of its own, and requests choose by name', async () => {
    const plus = await scaled.worker({}, 'plus-2511');
    const [{ url }] = apis;
    await eventually(async () => (await idsOf(apis[0])).length === 2);
    const ids = await idsOf(apis[0]);
    expect(ids).toEqual(['tiny-plain', 'plus-2511']);
    expect(await idsOf(apis[1])).toEqual(ids);
    const made = async (server: TestServer): Promise<number> => {
      const text = await (await fetch(`${server.url}/metrics`)).text();
      return [...text.matchAll(/^qwen_edit_pictures_total\S* (\d+)$/gm)].reduce((sum, [, n]) => sum + Number(n), 0);
    };
    const before = [await made(worker), await made(plus)];
    await edit(url, goodForm({ model: 'plus-2511' }));
    await edit(url, goodForm({ model: 'org/plus-2511' }));
    await edit(url, goodForm());
    await expectError(await postEdit(url, goodForm({ model: 'nowhere' })), {
      status: 400,
      code: 'INVALID_INPUT',
      message: "model must be one of the served models ('tiny-plain', 'plus-2511'), one of their LoRAs, or absent",
      param: 'model',
    });
    // Who has made a picture may count it after it was answered with.
    await eventually(
      async () => (await made(worker)) + (await made(plus)) >= (before[0] ?? NaN) + (before[1] ?? NaN) + 3,
    );
    expect([await made(worker), await made(plus)]).toEqual([(before[0] ?? NaN) + 1, (before[1] ?? NaN) + 2]);
    const preferring = await scaled.api({ DEFAULT_MODEL: 'plus-2511' });
    await isServed(preferring);
    expect((await idsOf(preferring))[0]).toBe('plus-2511');
    await plus.stop();
    await eventually(async () => (await idsOf(apis[0])).length === 1);
    const gone = await postEdit(url, goodForm({ model: 'plus-2511' }));
    expect(gone.headers.get('retry-after')).toMatch(/^\d+$/);
    await expectError(gone, {
      status: 503,
      code: 'MODEL_NOT_READY',
      message: "No worker serves the model 'plus-2511' just now",
      param: null,
    });
  });

  test('another checkpoint under a name that is served is refused, loudly, until the first is gone', async () => {
    const copy = renamedCheckpoint(checkpointFolder('plain'), 'plain');
    const vae = join(copy.folder, 'vae');
    const file = join(vae, readdirSync(vae).find((name) => name.endsWith('.safetensors')) ?? '');
    const bytes = readFileSync(file);
    bytes[bytes.length - 8] = (bytes.at(-8) ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const second = await scaled.worker({}, copy.folder);
    await eventually(() => second.log.includes('Something else is served as tiny-plain already'));
    const response = await fetch(`${second.url}/ready`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ reason: expect.stringMatching(/content key/) });
    await worker.stop();
    await isServed(second);
    await jobEnds(apis[0].url, (await submitJob(apis[0].url)).id);
    copy.remove();
  });
});
