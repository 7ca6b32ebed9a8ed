import { afterEach, describe, expect, test } from '@jest/globals';
import { goodForm, postEdit } from '../support/edit-form.js';
import { allEvents } from '../support/event-stream.js';
import { expectError, expectErrorText } from '../support/expect-error.js';
import { deleteJob, ENDLESS, getJob, jobEnds, jobRuns, jobsWait, jobUntil, LONG, submitJob } from '../support/jobs.js';
import { RawConnection } from '../support/raw-http.js';
import { TestServer } from '../support/server.js';

describe('the queue', () => {
  let server: TestServer;
  const start = async (env: Record<string, string>): Promise<string> => {
    server = await TestServer.start({ env: { SHUTDOWN_GRACE_SECONDS: '0', ...env } });
    return server.url;
  };
  afterEach(() => server.stop());

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
    await jobEnds(url, (await submitJob(url, LONG)).id);
    const running = await submitJob(url, { ...LONG, n: '10' });
    await jobRuns(url, running.id);
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
    // Each of those jobs takes some seconds.
    expect(told.at(-1)).toBeGreaterThanOrEqual(Math.min(60, (told[0] ?? NaN) + 9));
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
      await new Promise((resolve) => setTimeout(resolve, 100));
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

  test('a hundred at once: each is served or refused, never more are in than there is room for', async () => {
    const url = await start({ QUEUE_LIMIT: '5' });
    const statuses = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const response = await postEdit(url, goodForm());
        expectErrorTextOr200(response.status, await response.text());
        return response.status;
      }),
    );
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
  });

  test('a client that would have given up before its turn is not let in; one that waits longer is', async () => {
    const url = await start({ REQUEST_TIMEOUT_SECONDS: '1' });
    const batch = await submitJob(url, { ...LONG, size: '640x640', n: '3' });
    await jobUntil(url, batch.id, ({ progress }) => (progress?.['step'] ?? 0) > 5);
    const refused = await postEdit(url, goodForm());
    expectRetryAfter(refused.headers.get('retry-after'));
    await expectError(refused, {
      status: 429,
      code: 'QUEUE_FULL',
      message: /^The wait would be about \d+ seconds, longer than the time limit of 1 seconds$/,
      param: null,
    });
    expect((await submitJob(url)).status).toBe('queued');
  });

  test('a short job waits for one picture of a batch, not for the batch', async () => {
    const url = await start({});
    const batch = await submitJob(url, { ...LONG, size: '256x256', n: '4' });
    await jobRuns(url, batch.id);
    const short = await submitJob(url);
    const shortEnd = (await jobEnds(url, short.id)).finished_at ?? Infinity;
    const events = await allEvents(await fetch(`${url}/v1/images/edits/${batch.id}/events`));
    const { finished_at: batchEnd, started_at: batchStart, result } = await getJob(url, batch.id);
    expect(events.filter(({ name }) => name === 'image_edit.completed')).toHaveLength(4);
    expect(result?.data).toHaveLength(4);
    // Of four pictures the batch has made one, or two where the first was nearly done.
    const share = (shortEnd - (batchStart ?? 0)) / ((batchEnd ?? 0) - (batchStart ?? 0));
    expect(share).toBeLessThan(0.6);
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
