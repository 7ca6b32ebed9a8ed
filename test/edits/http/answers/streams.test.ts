import { describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { edit, GOOD_PICTURE, goodForm, postEdit } from '../../../support/edit-form.js';
import { allEvents, readBlocks, readEvents, type StreamEvent } from '../../../support/event-stream.js';
import { expectError } from '../../../support/expect-error.js';
import { BEGUN, deleteJob, ENDLESS, jobRuns, jobsBegin, submitJob } from '../../../support/jobs.js';
import { metric } from '../../../support/metrics.js';
import { within } from '../../../support/process.js';
import { RawConnection } from '../../../support/raw-http.js';
import { sharedServer } from '../../../support/shared-server.js';

describe('streams', () => {
  // Behind work without an end nothing would be let in that has a time limit.
  const service = sharedServer({ env: { SHUTDOWN_GRACE_SECONDS: '0', REQUEST_TIMEOUT_SECONDS: '100000' } });

  const stream = async (changes: Parameters<typeof goodForm>[0] = {}): Promise<StreamEvent[]> => {
    // It begins once its reader is there: who comes late misses what was superseded.
    service.server.holdEngine();
    const response = await postEdit(service.url, goodForm({ stream: 'true', ...changes }));
    service.server.letEngineGoOn();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    expect(response.headers.get('cache-control')).toBe('no-store');
    return allEvents(response);
  };
  const bytesOf = (event: StreamEvent | undefined): Buffer => Buffer.from(String(event?.data['b64_json']), 'base64');

  test('one event for each result, the same as without a stream', async () => {
    const events = await stream({ n: '2', images: [GOOD_PICTURE, GOOD_PICTURE], num_inference_steps: '4' });
    expect(events.map(({ name }) => name)).toEqual(Array.from({ length: 4 }, () => 'image_edit.completed'));
    const plain = await edit(
      service.url,
      goodForm({ n: '2', images: [GOOD_PICTURE, GOOD_PICTURE], num_inference_steps: '4' }),
    );
    for (const [index, { name, data }] of events.entries()) {
      expect(data).toEqual({
        type: name,
        ...plain.data[index],
        image: index + 1,
        created_at: expect.any(Number),
        quality: 'auto',
        background: 'opaque',
        size: '64x64',
        output_format: 'png',
        loras: [],
        warnings: [],
        usage: expect.objectContaining({ output_tokens: (plain.usage['output_tokens'] ?? NaN) / 4 }),
      });
    }
  });

  test('previews come in OpenAI’s form, and become the result', async () => {
    const events = await stream({ partial_images: '3', num_inference_steps: '40', output_format: 'jpeg' });
    expect(events.map(({ name }) => name)).toEqual([
      ...Array.from({ length: 3 }, () => 'image_edit.partial_image'),
      'image_edit.completed',
    ]);
    for (const [index, event] of events.slice(0, 3).entries()) {
      expect(event.data).toMatchObject({
        type: 'image_edit.partial_image',
        partial_image_index: index,
        size: '64x64',
        quality: 'auto',
        background: 'opaque',
        output_format: 'jpeg',
        created_at: expect.any(Number),
      });
      expect(await sharp(bytesOf(event)).metadata()).toMatchObject({ format: 'jpeg', width: 64, height: 64 });
    }
    expect(new Set(events.map((event) => bytesOf(event).toString('base64'))).size).toBe(4);
  });

  test('with progress=true also the place in the queue, the start, and every step with the time that is left', async () => {
    const events = await stream({ progress: 'true', n: '2', num_inference_steps: '10', size: '256x256' });
    expect(events[0]).toMatchObject({ name: 'image_edit.queued', data: { type: 'image_edit.queued', position: 1 } });
    expect(events[1]).toMatchObject({
      name: 'image_edit.started',
      data: { type: 'image_edit.started', started_at: expect.any(Number) },
    });
    expect(events.filter(({ name }) => name === 'image_edit.started')).toHaveLength(1);
    const steps = events.filter(({ name }) => name === 'image_edit.progress');
    expect(steps.at(-1)?.data).toEqual({
      type: 'image_edit.progress',
      step: 10,
      steps: 10,
      image: 2,
      images: 2,
      eta_seconds: 0,
    });
    // How many are told depends on the reader, and what they expect on the machine.
    const left = steps.map(({ data }) => data['eta_seconds']);
    expect(left).toEqual(left.map(() => expect.any(Number)));
    expect(Math.min(...left.map(Number))).toBe(0);
    expect(events.map(({ id }) => Number(id))).toEqual(events.map(({ id }) => Number(id)).sort((a, b) => a - b));
  });

  test('the place in the queue is told as it changes', async () => {
    const blocker = await submitJob(service.url, ENDLESS);
    await jobRuns(service.url, blocker.id);
    const second = await submitJob(service.url, ENDLESS);
    // Each is read before it changes: who is slower misses what was superseded.
    const before = [second.id, blocker.id];
    const places: unknown[] = [];
    const waiting = await postEdit(service.url, goodForm({ stream: 'true', progress: 'true' }));
    for await (const { name, data } of readEvents(waiting)) {
      if (name !== 'image_edit.queued') continue;
      places.push(data['position']);
      await deleteJob(service.url, before.shift() ?? '');
    }
    expect(places).toEqual([2, 1]);
  });

  test('what is wrong with a request is answered before the stream begins', async () => {
    await expectError(await postEdit(service.url, goodForm({ stream: 'true', n: '0' })), {
      status: 400,
      code: 'INVALID_INPUT',
      message: 'n must be between 1 and 10',
      param: 'n',
    });
  });

  test('a failure is the stream’s last event', async () => {
    const long = 'ab '.repeat(10_666);
    const tooLong = await stream({ prompt: long });
    expect(tooLong).toHaveLength(1);
    expect(tooLong[0]?.name).toBe('error');
    expect(tooLong[0]?.data).toMatchObject({
      type: 'error',
      error: { code: 'INVALID_INPUT', param: 'prompt', type: 'invalid_request_error' },
      detail: { error: 'INVALID_INPUT' },
    });
    const { enginePid } = service.server;
    const begun = (await metric(service.url, BEGUN)) ?? NaN;
    const dying = postEdit(service.url, goodForm({ ...ENDLESS, stream: 'true', progress: 'true' }));
    await jobsBegin(service.url, begun + 1);
    process.kill(enginePid, 'SIGKILL');
    const events = await allEvents(await dying);
    expect(events.at(-1)?.data).toMatchObject({ type: 'error', error: { code: 'GENERATION_ERROR' } });
    await service.server.until(() => service.server.enginePid !== enginePid);
    await service.server.untilReady();
  });

  test('a comment comes while nothing else does', async () => {
    const blocker = await submitJob(service.url, ENDLESS);
    await jobRuns(service.url, blocker.id);
    // Behind a picture that is held, and without progress events, nothing is said for a long time.
    const comments: string[] = [];
    service.server.holdEngine();
    const response = await postEdit(service.url, goodForm({ stream: 'true' }));
    for await (const block of readBlocks(response)) {
      if (block.startsWith(':')) comments.push(block);
      if (comments.length === 2) break;
    }
    expect(comments).toEqual([':', ':']);
    service.server.letEngineGoOn();
    await deleteJob(service.url, blocker.id);
  }, 120_000);

  test('a reader that does not read holds no other request up', async () => {
    const body = goodForm({
      stream: 'true',
      progress: 'true',
      partial_images: '3',
      n: '10',
      size: '512x512',
      num_inference_steps: '4',
    });
    const request = new Request(service.url, { method: 'POST', body });
    const bytes = Buffer.from(await request.arrayBuffer());
    const connection = await RawConnection.open(service.server.port);
    connection.pause();
    await connection.send(
      `POST /v1/images/edits HTTP/1.1\r\nHost: a\r\nContent-Type: ${request.headers.get('content-type') ?? ''}\r\nContent-Length: ${bytes.length}\r\n\r\n`,
    );
    await connection.send(bytes);
    // Others are served between its pictures meanwhile.
    for (let round = 0; round < 3; round += 1) await edit(service.url, goodForm());
    connection.close();
    expect(await within(100, () => /status=200 .*cut=true/.test(service.server.log))).toBe(true);
  }, 180_000);
});
