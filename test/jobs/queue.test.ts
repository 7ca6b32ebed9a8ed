import { afterEach, describe, expect, test } from '@jest/globals';
import { goodForm, postEdit } from '../support/edit-form.js';
import { expectError, expectErrorText } from '../support/expect-error.js';
import {
  deleteJob,
  ENDLESS,
  getJob,
  jobEnds,
  jobRuns,
  jobsBegin,
  jobsWait,
  jobUntil,
  LONG,
  submitJob,
} from '../support/jobs.js';
import { RawConnection } from '../support/raw-http.js';
import { TestServer } from '../support/server.js';

describe('the queue', () => {
  let server: TestServer;
  const start = async (env: Record<string, string>): Promise<string> => {
    server = await TestServer.start({ env: { SHUTDOWN_GRACE_SECONDS: '0', ...env } });
    return server.url;
  };
  afterEach(() => server.stop());

  /** At least: the machine may take longer. */
  const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

  const expectRetryAfter = (text: string | null): void => {
    const seconds = Number(text);
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(60);
  };

  test('more than QUEUE_LIMIT waiting jobs are refused before their bodies are read, until there is room', async () => {
    const url = await start({ QUEUE_LIMIT: '2' });
    const running = await submitJob(url, ENDLESS);
    await jobRuns(url, running.id);
    const waiting = [await submitJob(url), await submitJob(url)];
    expect((await getJob(url, waiting[1]?.id ?? '')).position).toBe(2);

    const connection = await RawConnection.open(server.port);
    await connection.send(
      'POST /v1/images/edits HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000\r\n\r\n',
    );
    await connection.until(/^HTTP\/1\.1 429 /);
    connection.close();
    const refused = await postEdit(url, goodForm());
    expectRetryAfter(refused.headers.get('retry-after'));
    await expectError(refused, {
      status: 429,
      code: 'QUEUE_FULL',
      message: 'The queue is full: 2 jobs wait already (QUEUE_LIMIT)',
      param: null,
    });

    await deleteJob(url, waiting[0]?.id ?? '');
    expect((await getJob(url, waiting[1]?.id ?? '')).position).toBe(1);
    const late = await submitJob(url);
    await deleteJob(url, running.id);
    expect((await jobEnds(url, late.id)).status).toBe('succeeded');
  });

  test('refused clients are told to come one after the other, as fast as jobs are done', async () => {
    const url = await start({ QUEUE_LIMIT: '1' });
    // However fast the machine is, a picture takes a second.
    server.holdEngine();
    const measured = await submitJob(url, LONG);
    await jobsBegin(url, 1);
    await pause(1000);
    server.letEngineGoOn();
    await jobEnds(url, measured.id);
    server.holdEngine();
    await submitJob(url, { ...LONG, n: '10' });
    await jobsBegin(url, 2);
    await submitJob(url, { ...LONG, n: '10' });
    const told = [];
    for (let asked = 0; asked < 10; asked += 1) {
      const refused = await postEdit(url, goodForm());
      expect(refused.status).toBe(429);
      expectRetryAfter(refused.headers.get('retry-after'));
      told.push(Number(refused.headers.get('retry-after')));
      await refused.text();
    }
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    // Each of those jobs takes ten seconds or more.
    expect(told.at(-1)).toBeGreaterThanOrEqual(Math.min(60, (told[0] ?? NaN) + 9));
    server.letEngineGoOn();
  });

  test('a request whose body is on its way has its place; when it leaves, the place is free', async () => {
    const url = await start({ QUEUE_LIMIT: '1' });
    const running = await submitJob(url, ENDLESS);
    await jobRuns(url, running.id);
    const uploading = await RawConnection.open(server.port);
    await uploading.send(
      'POST /v1/images/edits HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000\r\n\r\n',
    );
    await uploading.until(/^HTTP\/1\.1 100 /);
    const refused = await postEdit(url, goodForm());
    expect(refused.status).toBe(429);
    await refused.text();
    uploading.close();
    await server.until(() => server.log.includes('path=/v1/images/edits status=499'));
    const { id } = await submitJob(url);
    await deleteJob(url, running.id);
    expect((await jobEnds(url, id)).status).toBe('succeeded');
  });

  test('a body that takes long to arrive keeps no other request out; at its end it needs a place again', async () => {
    const url = await start({ QUEUE_LIMIT: '2' });
    const running = await submitJob(url, ENDLESS);
    await jobRuns(url, running.id);
    const body = Buffer.from(await new Response(goodForm()).arrayBuffer());
    const boundary = /^--(.+?)\r\n/.exec(body.toString('latin1'))?.[1] ?? '';
    const head = `POST /v1/images/edits HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Type: multipart/form-data; boundary=${boundary}\r\nContent-Length: ${body.length}\r\n\r\n`;
    const begin = async (): Promise<RawConnection> => {
      const slow = await RawConnection.open(server.port);
      await slow.send(head);
      await slow.until(/^HTTP\/1\.1 100 /);
      await slow.send(body.subarray(0, -1));
      return slow;
    };
    const served = await begin();
    const refused = await begin();
    let quick = await postEdit(url, goodForm(), { prefer: 'respond-async' });
    expect(quick.status).toBe(429);
    for (; quick.status === 429; quick = await postEdit(url, goodForm(), { prefer: 'respond-async' })) {
      await quick.text();
      await pause(100);
    }
    const { id } = (await quick.json()) as { id: string };
    await served.send(body.subarray(-1));
    await jobsWait(url, 2);
    await refused.send(body.subarray(-1));
    const { status, headers, body: text } = await refused.answer();
    expectErrorText(status, text, {
      status: 429,
      code: 'QUEUE_FULL',
      message: 'The queue is full: 2 jobs wait already (QUEUE_LIMIT)',
      param: null,
    });
    expectRetryAfter(/^retry-after: (\d+)/im.exec(headers)?.[1] ?? null);
    refused.close();
    await deleteJob(url, running.id);
    expect((await jobEnds(url, id)).status).toBe('succeeded');
    expect((await served.answer()).status).toBe(200);
    served.close();
  }, 180_000);

  test('a hundred at once: as many are served as there is room for, all others are refused', async () => {
    const url = await start({ QUEUE_LIMIT: '5' });
    server.holdEngine();
    const statuses: number[] = [];
    const edits = Array.from({ length: 100 }, async () => {
      const response = await postEdit(url, goodForm());
      expectErrorTextOr200(response.status, await response.text());
      statuses.push(response.status);
    });
    // One is at the engine, and five wait.
    while (statuses.length < 94) await pause(10);
    expect(new Set(statuses)).toEqual(new Set([429]));
    server.letEngineGoOn();
    await Promise.all(edits);
    expect(statuses.slice(94)).toEqual([200, 200, 200, 200, 200, 200]);
  });

  test('a client that would have given up before its turn is not let in; one that waits longer is', async () => {
    const url = await start({ REQUEST_TIMEOUT_SECONDS: '1' });
    const batch = await submitJob(url, { ...ENDLESS, size: '1024x1024' });
    const { progress: first } = await jobRuns(url, batch.id);
    // However fast the machine is, its steps take so long that all that are left take longer than a second.
    server.holdEngine();
    await pause(1500);
    server.letEngineGoOn();
    await jobUntil(url, batch.id, ({ progress }) => (progress?.['step'] ?? 0) > (first?.['step'] ?? NaN) + 1);
    server.holdEngine();
    const refused = await postEdit(url, goodForm());
    expectRetryAfter(refused.headers.get('retry-after'));
    await expectError(refused, {
      status: 429,
      code: 'QUEUE_FULL',
      message: /^The wait would be about \d+ seconds, longer than the time limit of 1 seconds$/,
      param: null,
    });
    expect((await submitJob(url)).status).toBe('queued');
    server.letEngineGoOn();
  });

  test('a job waits for one picture of a batch, not for the batch', async () => {
    const url = await start({});
    server.holdEngine();
    const batch = await submitJob(url, { n: '4' });
    await jobsBegin(url, 1);
    const next = await submitJob(url, { ...ENDLESS, size: '1024x1024' });
    server.letEngineGoOn();
    await jobRuns(url, next.id);
    // One picture of four: while the next job's is made there is no other.
    expect(await getJob(url, batch.id)).toMatchObject({ position: 1, progress: { image: 1, images: 4, step: 1 } });
    await deleteJob(url, next.id);
    expect((await jobEnds(url, batch.id)).result?.data).toHaveLength(4);
  });

  test('batches take turns, picture by picture', async () => {
    const url = await start({});
    const blocker = await submitJob(url, ENDLESS);
    const jobs = await Promise.all([1, 2, 3].map(() => submitJob(url, { n: '3', num_inference_steps: '30' })));
    await jobsWait(url, 3);
    await deleteJob(url, blocker.id);
    const ends = await Promise.all(jobs.map(async ({ id }) => (await jobEnds(url, id)).finished_at ?? NaN));
    const starts = await Promise.all(jobs.map(async ({ id }) => (await getJob(url, id)).started_at ?? NaN));
    // Each had its first picture before any had its last.
    expect(Math.max(...starts)).toBeLessThan(Math.min(...ends));
  });
});

function expectErrorTextOr200(status: number, text: string): void {
  if (status === 200) return;
  expectErrorText(status, text, { status: 429, code: 'QUEUE_FULL', message: /^The (queue is full|wait would be)/ });
}
