import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { STATUS_BY_CODE } from '../../../src/grpc/errors/status-table.js';
import { form, GOOD_PICTURE, postEdit } from '../../support/edit-form.js';
import { expectNoLeak } from '../../support/expect-error.js';
import { failure, GrpcClient, grpcAddress } from '../../support/grpc.js';
import { ENDLESS_REQUEST, formFields, goodRequest } from '../../support/grpc-edit.js';
import { deleteJob } from '../../support/jobs.js';
import { TestServer } from '../../support/server.js';
import { status } from '@grpc/grpc-js';

const MEGABYTE = 1024 * 1024;

/** Seconds, as RetryInfo has them. */
const RETRY_INFO = { retry_delay: { seconds: expect.any(Number) as unknown, nanos: 0 } };

describe('what is refused over HTTP is refused over gRPC', () => {
  let server: TestServer;
  let client: GrpcClient;
  beforeAll(async () => {
    server = await TestServer.start({
      env: { GRPC_PORT: '0', MAX_FILES: '3', MAX_FILE_MB: '1', MAX_BODY_MB: '4', UPLOADS_MAX_MB: '16' },
    });
    client = new GrpcClient(grpcAddress(server));
  });
  afterAll(async () => {
    client.close();
    await server.stop();
  });

  const requests: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    'no picture': { images: [] },
    'a blank prompt': { prompt: ' ' },
    'a special token': { prompt: 'a <|image_pad|>' },
    'a prompt of too many characters': { prompt: 'a'.repeat(32_001) },
    'a prompt of too many tokens': { prompt: 'make it blue', max_sequence_length: 1 },
    'texts of more than a megabyte': { negative_prompt: 'a'.repeat(MEGABYTE) },
    'n=0': { n: 0 },
    'n=11': { n: 11 },
    'n=-1': { n: -1 },
    'no steps': { num_inference_steps: 0 },
    'too many steps': { num_inference_steps: 151 },
    'another output_type': { output_type: 'np' },
    'no size': { size: '10x' },
    'a size that is too large': { size: '5000x64' },
    'a scale that is no number': { true_cfg_scale: NaN },
    'an infinite scale': { true_cfg_scale: Infinity },
    'a negative scale': { guidance_scale: -0.5 },
    'too many tokens': { max_sequence_length: 1025 },
    'a feather that is too wide': { mask_feather: 65 },
    'another format': { output_format: 'gif' },
    'a quality above 100': { output_compression: 101 },
    'too many previews': { partial_images: 4 },
    'another model': { model: 'another' },
    'a LoRA that is not there': { lora: [{ name: 'nowhere' }] },
    'a path for a LoRA': { lora: [{ name: '../style' }] },
    'a LoRA without a name': { lora: [{ name: '' }] },
    'five LoRAs': { lora: ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name })) },
    'a scale that a LoRA can not have': { lora: [{ name: 'style', scale: 5 }] },
    'both kinds of pictures': { image: [GOOD_PICTURE] },
    'several references': { images: [], image: [GOOD_PICTURE, GOOD_PICTURE] },
    'a file that is no picture': { images: [GOOD_PICTURE, Buffer.from('no picture')] },
    'a mask without transparency': { mask: GOOD_PICTURE },
    'too many files': { images: Array.from({ length: 4 }, () => GOOD_PICTURE) },
    'a file that is too large': { images: [Buffer.alloc(MEGABYTE + 1)] },
    'everything wrong at once': { images: [], prompt: '', n: 0, size: '1', model: 'another' },
  };

  test.each(Object.entries(requests))('%s: the same code, words and field', async (_name, changes) => {
    const request = goodRequest(changes);
    const response = await postEdit(server.url, form(formFields(request)));
    const { error } = (await response.json()) as {
      readonly error: {
        readonly message: string;
        readonly param: string | null;
        readonly code: keyof typeof STATUS_BY_CODE;
      };
    };
    const refused = await failure(client.all(request, { metadata: { 'x-request-id': 'mine' } }));
    expect(refused).toMatchObject({
      status: status[STATUS_BY_CODE[error.code]],
      text: error.message,
      reason: error.code,
      requestId: 'mine',
    });
    expect(refused.details['RequestInfo']).toMatchObject({ request_id: 'mine' });
    expect(refused.details['BadRequest']).toEqual(
      error.param === null
        ? undefined
        : { field_violations: [expect.objectContaining({ field: error.param, description: error.message })] },
    );
    expect(refused.details['RetryInfo']).toBeUndefined();
    expectNoLeak(refused.text);
  });

  test('a scale of a LoRA that is no number is not as if there were none', async () => {
    const refused = await failure(client.all(goodRequest({ lora: [{ name: 'style', scale: NaN }] })));
    expect(refused).toMatchObject({
      status: 'INVALID_ARGUMENT',
      text: "lora: the scale of 'style' must be a number from -4 to 4, not 'NaN'",
    });
  });

  test('a message of more than MAX_BODY_MB is refused when it begins', async () => {
    const images = Array.from({ length: 5 }, () => Buffer.alloc(MEGABYTE));
    const refused = await failure(client.all(goodRequest({ images })));
    expect(refused).toMatchObject({
      status: 'RESOURCE_EXHAUSTED',
      text: 'The message is larger than 4 MB (MAX_BODY_MB)',
      reason: 'PAYLOAD_TOO_LARGE',
    });
  });

  test('a message with more fields than any has, and one of another method that is large', async () => {
    const images = Array.from({ length: 2000 }, () => Buffer.alloc(0));
    expect(await failure(client.all(goodRequest({ images })))).toMatchObject({
      status: 'INVALID_ARGUMENT',
      text: 'The message has more than 1000 fields',
    });
    expect(await failure(client.unary('GetJob', { job_id: 'a'.repeat(MEGABYTE) }))).toMatchObject({
      status: 'RESOURCE_EXHAUSTED',
      reason: 'PAYLOAD_TOO_LARGE',
    });
  });

  test('a compressed message is refused: what it grows to can not be known', async () => {
    const gzip = new GrpcClient(grpcAddress(server), undefined, { 'grpc.default_compression_algorithm': 2 });
    expect(await failure(gzip.all(goodRequest()))).toMatchObject({
      status: 'UNIMPLEMENTED',
      text: 'Compressed messages are not supported: pictures are compressed already',
    });
    gzip.close();
  });

  test('a job that is not there', async () => {
    const missing = { status: 'NOT_FOUND', reason: 'NOT_FOUND', text: 'There is no such job, or not any more' };
    expect(await failure(client.unary('GetJob', { job_id: 'none' }))).toMatchObject(missing);
    expect(await failure(client.unary('CancelJob', { job_id: 'none' }))).toMatchObject(missing);
    expect(await failure(client.all({ job_id: 'none' }, {}, 'WatchJob'))).toMatchObject(missing);
  });

  test('an idempotency-key that is none, and one that was used with another message', async () => {
    const metadata = { 'idempotency-key': 'once' };
    expect(await failure(client.all(goodRequest(), { metadata: { 'idempotency-key': 'a b' } }))).toMatchObject({
      status: 'INVALID_ARGUMENT',
      text: 'Idempotency-Key must be 1 to 255 visible ASCII characters',
    });
    const [first] = await client.all(goodRequest(), { metadata });
    const [again] = await client.all(goodRequest(), { metadata });
    expect(again?.accepted).toEqual(first?.accepted);
    expect(await failure(client.all(goodRequest({ n: 2 }), { metadata }))).toMatchObject({
      status: 'FAILED_PRECONDITION',
      reason: 'CONFLICT',
    });
  });

  test('a picture with a profile or turned by EXIF is served as over HTTP', async () => {
    const turned = await sharp(GOOD_PICTURE).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect((await client.all(goodRequest({ images: [turned] }))).at(-1)?.event).toBe('completed');
  });
});

describe('what is wrong with the service', () => {
  let server: TestServer;
  let client: GrpcClient;
  beforeAll(async () => {
    server = await TestServer.start({
      env: { GRPC_PORT: '0', QUEUE_LIMIT: '1', SHUTDOWN_GRACE_SECONDS: '0', REQUEST_TIMEOUT_SECONDS: '1' },
    });
    client = new GrpcClient(grpcAddress(server));
  });
  afterAll(async () => {
    client.close();
    await server.stop();
  });
  /** The job's id, once it is at such an event. */
  const detached = async (request: Readonly<Record<string, unknown>>, until: string): Promise<string> => {
    const stream = client.open({ ...request, detach: true });
    let id = '';
    for await (const message of stream) {
      const { event, accepted } = message as { event: string; accepted?: { job_id: string } };
      if (accepted !== undefined) id = accepted.job_id;
      if (event === until) break;
    }
    stream.cancel();
    return id;
  };

  test('an edit that is not done in time', async () => {
    expect(await failure(client.all(ENDLESS_REQUEST))).toMatchObject({
      status: 'DEADLINE_EXCEEDED',
      reason: 'TIMEOUT',
      text: 'The edit was not done within 1 seconds',
    });
  });

  test('a queue that is full', async () => {
    const running = await detached(ENDLESS_REQUEST, 'progress');
    const waiting = await detached(goodRequest(), 'queued');
    const refused = await failure(client.all(goodRequest()));
    expect(refused).toMatchObject({
      status: 'RESOURCE_EXHAUSTED',
      reason: 'QUEUE_FULL',
      text: 'The queue is full: 1 job waits already (QUEUE_LIMIT)',
    });
    expect(refused.details['RetryInfo']).toEqual(RETRY_INFO);
    for (const id of [waiting, running]) await deleteJob(server.url, id);
  });

  test('the engine dies, and starts again', async () => {
    const id = await detached(ENDLESS_REQUEST, 'progress');
    const failed = failure(client.all({ job_id: id }, {}, 'WatchJob'));
    await server.stopNextEngine();
    expect(await failed).toMatchObject({ status: 'INTERNAL', reason: 'GENERATION_ERROR' });
    const unavailable = await failure(client.all(goodRequest()));
    expect(unavailable).toMatchObject({
      status: 'UNAVAILABLE',
      reason: 'MODEL_NOT_READY',
      text: 'Model is not ready yet',
    });
    expect(unavailable.details['RetryInfo']).toEqual(RETRY_INFO);
    expect(await failure(client.unary('ListModels'))).toMatchObject({ status: 'UNAVAILABLE' });
    process.kill(server.enginePid, 'SIGCONT');
    await server.untilReady();
    expect((await client.all(goodRequest({ detach: true }))).at(-1)?.event).toBe('completed');
  });
});
