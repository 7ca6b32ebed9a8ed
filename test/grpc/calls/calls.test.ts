import { connect, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type EditEvent, failure, GrpcClient, grpcAddress } from '../../support/grpc.js';
import { ENDLESS_REQUEST, goodRequest, LONG_REQUEST, resultFiles } from '../../support/grpc-edit.js';
import { metric, metricReaches } from '../../support/metrics.js';
import { TestServer } from '../../support/server.js';

const MEGABYTE = 1024 * 1024;
const HELD = 'qwen_edit_upload_held_bytes';
const EDIT = '/imageedits.v1.ImageEdits/Edit';

async function until(url: string, series: string, value: number): Promise<void> {
  while ((await metric(url, series)) !== value) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** A message of so many bytes that begins, and of which some come. */
function beginMessage(session: ClientHttp2Session, bytes: number, sent: number): ClientHttp2Stream {
  const stream = session.request({
    ':method': 'POST',
    ':path': EDIT,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.on('error', () => undefined);
  const header = Buffer.alloc(5);
  header.writeUInt32BE(bytes, 1);
  stream.write(Buffer.concat([header, Buffer.alloc(sent)]));
  return stream;
}

describe('a call', () => {
  let server: TestServer;
  let client: GrpcClient;
  beforeAll(async () => {
    const env = {
      GRPC_PORT: '0',
      QUEUE_LIMIT: '100',
      MAX_BODY_MB: '4',
      UPLOADS_MAX_MB: '4',
      SHUTDOWN_GRACE_SECONDS: '0',
    };
    server = await TestServer.start({ env });
    client = new GrpcClient(grpcAddress(server));
  });
  afterAll(async () => {
    client.close();
    await server.stop();
  });
  const cancels = (reason: string): string => `qwen_edit_cancels_total{reason="${reason}"}`;

  test('that is cancelled ends its work at the next step', async () => {
    const stream = client.open(ENDLESS_REQUEST);
    for await (const message of stream) if ((message as EditEvent).event === 'progress') break;
    stream.cancel();
    await metricReaches(server.url, cancels('client_gone'), 1);
    await until(server.url, 'qwen_edit_pictures_in_flight', 0);
    await until(server.url, 'qwen_edit_grpc_calls_in_flight', 0);
    await until(server.url, HELD, 0);
    await metricReaches(server.url, `qwen_edit_grpc_calls_total{method="${EDIT}",status="CANCELLED",code="none"}`, 1);
  });

  test('whose deadline passes ends its work, too', async () => {
    const before = (await metric(server.url, 'qwen_edit_pictures_total')) ?? 0;
    expect(await failure(client.all(ENDLESS_REQUEST, { timeout: 1500 }))).toMatchObject({
      status: 'DEADLINE_EXCEEDED',
    });
    await until(server.url, 'qwen_edit_pictures_in_flight', 0);
    await until(server.url, 'qwen_edit_queue_depth_jobs', 0);
    // None of its forty pictures was made after that.
    expect((await metric(server.url, 'qwen_edit_pictures_total')) ?? 0).toBeLessThan(before + 40);
  });

  test('with detach leaves a job, which is watched from any event on, asked for, and cancelled', async () => {
    const stream = client.open(goodRequest({ n: 2, detach: true }));
    let id = '';
    for await (const message of stream) {
      id = (message as EditEvent).accepted?.job_id ?? '';
      break;
    }
    stream.cancel();
    const events = await client.all({ job_id: id }, {}, 'WatchJob');
    expect(events.at(-1)?.event).toBe('completed');
    expect(resultFiles(events)).toHaveLength(2);
    const first = events.find(({ event }) => event === 'result');
    const rest = await client.all({ job_id: id, after: first?.number }, {}, 'WatchJob');
    expect(resultFiles(rest)).toHaveLength(1);
    const job = await client.unary('GetJob', { job_id: id });
    expect(job).toMatchObject({ id, status: 'JOB_STATUS_SUCCEEDED', error: null, completed: { generated_images: 2 } });
    expect(job['results']).toMatchObject([{ seed: 1, data: Buffer.alloc(0) }, { seed: 2 }]);
    const whole = (await client.unary('GetJob', { job_id: id, with_data: true })) as { results: { data: Buffer }[] };
    expect(whole.results.map(({ data }) => data)).toEqual(resultFiles(events));

    const [forgotten, gone] = [await client.unary('CancelJob', { job_id: id }), client.unary('GetJob', { job_id: id })];
    expect(forgotten).toMatchObject({ id, status: 'JOB_STATUS_SUCCEEDED' });
    expect(await failure(gone)).toMatchObject({ status: 'NOT_FOUND' });
  });

  test('that watches a job is told when another cancels it', async () => {
    const stream = client.open({ ...ENDLESS_REQUEST, detach: true });
    let id = '';
    for await (const message of stream) {
      const { event, accepted } = message as EditEvent;
      if (accepted !== undefined) id = accepted.job_id;
      if (event === 'progress') break;
    }
    stream.cancel();
    const watched = failure(client.all({ job_id: id }, {}, 'WatchJob'));
    expect(await client.unary('CancelJob', { job_id: id })).toMatchObject({ status: 'JOB_STATUS_CANCELLED' });
    expect(await watched).toMatchObject({ status: 'CANCELLED', reason: 'CANCELLED', text: 'The edit was cancelled' });
    expect(await client.unary('GetJob', { job_id: id })).toMatchObject({
      status: 'JOB_STATUS_CANCELLED',
      error: { code: 1, message: 'The edit was cancelled' },
    });
  });

  test('50 at once: everyone gets the picture', async () => {
    const clients = Array.from({ length: 50 }, () => new GrpcClient(grpcAddress(server)));
    const files = await Promise.all(clients.map(async (each) => resultFiles(await each.all(goodRequest()))));
    expect(new Set(files.map((file) => file.map((bytes) => bytes.toString('base64')).join()))).toHaveProperty(
      'size',
      1,
    );
    expect(files[0]).toHaveLength(1);
    for (const each of clients) each.close();
    await until(server.url, 'qwen_edit_grpc_calls_in_flight', 0);
    await until(server.url, HELD, 0);
  });

  describe('as bytes', () => {
    let session: ClientHttp2Session;
    beforeAll(async () => {
      session = connect(`http://${grpcAddress(server)}`);
      await once(session, 'connect');
    });
    afterAll(() => session.destroy());

    const begin = (bytes: number, sent: number): ClientHttp2Stream => beginMessage(session, bytes, sent);

    test('counts what arrives of its message among all uploads, until it is over', async () => {
      const stream = begin(3 * MEGABYTE, 2.5 * MEGABYTE);
      await metricReaches(server.url, HELD, 2.5 * MEGABYTE);
      const refused = await failure(client.all(goodRequest({ images: [Buffer.alloc(2 * MEGABYTE)] })));
      expect(refused).toMatchObject({
        status: 'RESOURCE_EXHAUSTED',
        reason: 'QUEUE_FULL',
        text: 'Uploads hold 4 MB already, or would (UPLOADS_MAX_MB)',
      });
      expect(refused.details['RetryInfo']).toMatchObject({ retry_delay: { nanos: 0 } });
      stream.close();
      await until(server.url, HELD, 0);
      expect((await client.all(goodRequest())).at(-1)?.event).toBe('completed');
    });

    test('that is no message of its type is the caller’s fault', async () => {
      const stream = begin(1000, 1000);
      stream.end();
      const [headers] = (await once(stream, 'response')) as [Readonly<Record<string, string>>];
      expect(headers).toMatchObject({ 'grpc-status': '3', 'x-request-id': expect.any(String) });
      stream.close();
    });
  });

  test('is in the log with its id and job, and without the prompt', async () => {
    await client.all(goodRequest({ prompt: 'a secret wish' }), { metadata: { 'x-request-id': 'my-call' } });
    await server.until(() =>
      /id=my-call method=gRPC path=\/imageedits\.v1\.ImageEdits\/Edit status=OK in=\d+ ms=[\d.]+ job=\S+ job_status=succeeded/.test(
        server.log,
      ),
    );
    expect(server.log).not.toContain('a secret wish');
  });
});

test('a service that ends finishes what runs, and takes nothing new', async () => {
  const server = await TestServer.start({ env: { GRPC_PORT: '0', SHUTDOWN_GRACE_SECONDS: '600' } });
  const client = new GrpcClient(grpcAddress(server));
  server.holdEngine();
  const stream = client.open(LONG_REQUEST);
  const iterator = (stream as AsyncIterable<EditEvent>)[Symbol.asyncIterator]();
  let last: EditEvent | undefined;
  const next = async (): Promise<boolean> => {
    const step = await iterator.next();
    if (step.done !== true) last = step.value;
    return step.done !== true;
  };
  while ((await next()) && last?.event !== 'started') continue;
  process.kill(server.pid, 'SIGTERM');
  await server.until(() => server.log.includes('Ending: '));
  expect(await failure(client.all(goodRequest()))).toMatchObject({ status: 'UNAVAILABLE', reason: 'MODEL_NOT_READY' });
  server.letEngineGoOn();
  while (await next()) continue;
  expect(last).toMatchObject({ event: 'completed', completed: { generated_images: 1 } });
  client.close();
  expect(await server.ended()).toEqual({ code: 0, leftovers: [] });
});

test('a message that stalls is given up after UPLOAD_TIMEOUT_SECONDS, and is held no longer', async () => {
  const server = await TestServer.start({ env: { GRPC_PORT: '0', UPLOAD_TIMEOUT_SECONDS: '1' } });
  const session = connect(`http://${grpcAddress(server)}`);
  const stream = beginMessage(session, 1000, 10);
  const [headers] = (await once(stream, 'response')) as [Readonly<Record<string, string>>];
  expect([headers['grpc-status'], decodeURIComponent(headers['grpc-message'] ?? '')]).toEqual([
    String(status.ABORTED),
    'The message did not arrive whole within 1 seconds (UPLOAD_TIMEOUT_SECONDS)',
  ]);
  await until(server.url, HELD, 0);
  session.destroy();
  await server.stop();
});
