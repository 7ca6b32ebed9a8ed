import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { edit, goodForm, postEdit } from '../support/edit-form.js';
import { expectError } from '../support/expect-error.js';
import { type EditEvent, failure, GrpcClient, grpcAddress } from '../support/grpc.js';
import { ENDLESS_REQUEST, goodRequest, LONG_REQUEST, resultFiles } from '../support/grpc-edit.js';
import { eventually, heldInStep, isServed, ScaledService } from '../support/redis/scaled.js';
import type { TestServer } from '../support/server.js';

/** A busy machine takes its time for several processes. */
jest.setTimeout(180_000);

const idsOf = async (client: GrpcClient): Promise<unknown[]> => {
  const { models } = await client.unary('ListModels');
  return (models as readonly { readonly id: unknown }[]).map(({ id }) => id);
};

describe('gRPC of services whose pictures workers make', () => {
  let scaled: ScaledService;
  let api: TestServer;
  let client: GrpcClient;
  let other: GrpcClient;
  let plain: TestServer;
  let plus: TestServer;
  beforeAll(async () => {
    scaled = await ScaledService.start();
    api = await scaled.api({ GRPC_PORT: '0' });
    client = new GrpcClient(grpcAddress(api));
    other = new GrpcClient(grpcAddress(await scaled.api({ GRPC_PORT: '0' })));
    plain = await scaled.worker();
    await isServed(api);
    plus = await scaled.worker({}, 'plus-2511');
    await eventually(async () => [await idsOf(client), await idsOf(other)].every(({ length }) => length === 2));
  });
  afterAll(async () => {
    client.close();
    other.close();
    await scaled.stop();
  });

  /** A job that goes on by itself, as its stream's first event names it. */
  const begin = async (request: Readonly<Record<string, unknown>>): Promise<string> => {
    const stream = client.open({ ...request, detach: true });
    const [{ accepted }] = (await once(stream, 'data')) as [EditEvent];
    stream.cancel();
    return accepted?.job_id ?? '';
  };

  test('models are listed, the default first, and an edit chooses among them; the files are those of HTTP', async () => {
    expect(await idsOf(client)).toEqual(['tiny-plain', 'plus-2511']);
    for (const model of [undefined, 'plus-2511']) {
      const events = await client.all(goodRequest(model === undefined ? {} : { model }));
      expect(events.at(-1)?.completed).toMatchObject({ generated_images: 1 });
      const { data } = await edit(api.url, goodForm({ model }));
      expect(resultFiles(events).map((file) => file.toString('base64'))).toEqual(data.map((each) => each.b64_json));
    }
  });

  test('any service tells of a job, and cancels it in a step', async () => {
    const done = await begin(goodRequest({ n: 2 }));
    const watched = await other.all({ job_id: done }, {}, 'WatchJob');
    expect(watched.at(-1)?.completed).toMatchObject({ generated_images: 2 });
    const job = await other.unary('GetJob', { job_id: done, with_data: true });
    expect(job).toMatchObject({ status: 'JOB_STATUS_SUCCEEDED' });
    expect((job['results'] as { data: Buffer }[]).map(({ data }) => data)).toEqual(resultFiles(watched));
    const endless = await begin(ENDLESS_REQUEST);
    await eventually(async () => (await other.unary('GetJob', { job_id: endless }))['progress'] !== null);
    await other.unary('CancelJob', { job_id: endless });
    expect(await failure(client.all({ job_id: endless }, {}, 'WatchJob'))).toMatchObject({ status: 'CANCELLED' });
  });

  test('a job whose record is damaged is told to be, and CancelJob removes it', async () => {
    const id = await begin(goodRequest());
    await client.all({ job_id: id }, {}, 'WatchJob');
    const redis = new Redis(scaled.redis.url);
    await redis.hset(`qwen-edit:job:${id}`, 'edit', '7');
    redis.disconnect();
    const damaged = { status: 'DATA_LOSS', reason: 'JOB_DAMAGED', text: expect.stringMatching(/record is damaged/) };
    expect(await failure(client.unary('GetJob', { job_id: id }))).toMatchObject(damaged);
    expect(await failure(client.all({ job_id: id }, {}, 'WatchJob'))).toMatchObject(damaged);
    expect(await client.unary('CancelJob', { job_id: id })).toMatchObject({ id, status: 'JOB_STATUS_UNSPECIFIED' });
    expect(await failure(client.unary('GetJob', { job_id: id }))).toMatchObject({ status: 'NOT_FOUND' });
  });

  test('a worker that is killed in a step: its stream goes on with the next one', async () => {
    const lost = plain;
    lost.holdEngine();
    const events: EditEvent[] = [];
    for await (const event of client.open(LONG_REQUEST) as AsyncIterable<EditEvent>) {
      events.push(event);
      if (event.event !== 'started') continue;
      await heldInStep(api, [lost], events[0]?.accepted?.job_id ?? '');
      await lost.kill();
      lost.letEngineGoOn();
      plain = await scaled.worker();
    }
    expect(events.at(-1)?.completed).toMatchObject({ generated_images: 1 });
    expect(plain.log).toContain('takes picture');
  });

  test('a model whose worker is gone is named, whether others are served or none is', async () => {
    const lost = async (model: string | undefined, named: string): Promise<void> => {
      const message = `No worker serves the model '${named}' just now`;
      const call = await failure(client.all(goodRequest(model === undefined ? {} : { model })));
      expect(call).toMatchObject({ status: 'UNAVAILABLE', reason: 'MODEL_NOT_READY', text: message });
      expect(call.details['RetryInfo']).toMatchObject({ retry_delay: { nanos: 0 } });
      const answer = await postEdit(api.url, goodForm({ model }));
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
      await expectError(answer, { status: 503, code: 'MODEL_NOT_READY', message, param: null });
    };
    await plus.stop();
    await eventually(async () => (await idsOf(client)).length === 1);
    await lost('plus-2511', 'plus-2511');
    await plain.kill();
    await eventually(async () => (await fetch(`${api.url}/ready`)).status === 503);
    await lost('plus-2511', 'plus-2511');
    await lost('org/tiny-plain', 'tiny-plain');
    await lost(undefined, 'tiny-plain');
  });
});
