import { afterEach, describe, expect, test } from '@jest/globals';
import { edit, goodForm, postEdit } from '../support/edit-form.js';
import { readEvents } from '../support/event-stream.js';
import { expectError } from '../support/expect-error.js';
import { deleteJob, ENDLESS, getJob, jobEnds, jobRuns, jobsBegin, jobsWait, submitJob } from '../support/jobs.js';
import { metric } from '../support/metrics.js';
import { reportFigure } from '../support/report-figure.js';
import { TestServer } from '../support/server.js';

const NO_SUCH_JOB = { status: 404, code: 'NOT_FOUND', message: 'There is no such job, or not any more', param: null };

describe('cancelling', () => {
  let server: TestServer;
  const start = async (env: Record<string, string> = {}): Promise<string> => {
    server = await TestServer.start({ env: { SHUTDOWN_GRACE_SECONDS: '0', ...env } });
    return server.url;
  };
  afterEach(() => server.stop());

  const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

  const PICTURES = 'qwen_edit_pictures_total{engine="0"}';
  const picturesMade = async (url: string): Promise<number> => (await metric(url, PICTURES)) ?? 0;

  /** Waits until no picture is made any more, and none waits. The forty of an endless edit are not made, and a next one is. */
  const expectGivenUp = async (url: string): Promise<void> => {
    for (const series of ['qwen_edit_queue_depth_jobs', 'qwen_edit_pictures_in_flight'])
      while ((await metric(url, series)) !== 0) await pause(10);
    const made = await picturesMade(url);
    expect(made).toBeLessThan(40);
    await edit(url, goodForm());
    expect(await picturesMade(url)).toBe(made + 1);
  };

  test.each([
    ['a plain request', {}],
    ['a stream', { stream: 'true', progress: 'true' }],
  ])('the client of %s goes while it runs: the next edit starts', async (_name, mode) => {
    const url = await start();
    const client = new AbortController();
    const left = fetch(`${url}/v1/images/edits`, {
      method: 'POST',
      body: goodForm({ ...ENDLESS, ...mode }),
      signal: client.signal,
    }).then((response) => response.text());
    await jobsBegin(url, 1);
    client.abort();
    await expect(left).rejects.toThrow();
    await expectGivenUp(url);
  });

  test('DELETE ends a job that waits at once, one that runs at its next step, and forgets both the second time', async () => {
    const url = await start();
    const running = await submitJob(url, ENDLESS);
    await jobRuns(url, running.id);
    const waiting = await submitJob(url);
    for (const { id } of [waiting, running]) {
      const response = await deleteJob(url, id);
      expect(response.status).toBe(202);
      expect(await response.json()).toMatchObject({ id, status: 'cancelled', error: null, result: null });
    }
    expect((await getJob(url, waiting.id)).started_at).toBeNull();
    for (const { id } of [waiting, running]) {
      const response = await deleteJob(url, id);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ id, status: 'cancelled', result: null });
      await expectError(await deleteJob(url, id), NO_SUCH_JOB);
    }
    await expectGivenUp(url);
    const done = await submitJob(url);
    await jobEnds(url, done.id);
    const forgotten = await deleteJob(url, done.id);
    expect(forgotten.status).toBe(200);
    expect(await forgotten.json()).toMatchObject({ id: done.id, status: 'succeeded', error: null, result: null });
    await expectError(await fetch(`${url}/v1/images/edits/${done.id}`), NO_SUCH_JOB);
  });

  test('a request that takes longer than its time limit is answered, whether it runs or waits; its work ends', async () => {
    const url = await start({ REQUEST_TIMEOUT_SECONDS: '3' });
    const blocker = postEdit(url, goodForm(ENDLESS));
    await jobsBegin(url, 1);
    const behind = postEdit(url, goodForm(ENDLESS));
    for (const request of [blocker, behind]) {
      const response = await request;
      if (response.status === 429) continue;
      expect(response.headers.get('x-should-retry')).toBe('false');
      await expectError(response, {
        status: 504,
        code: 'TIMEOUT',
        message: 'The edit was not done within 3 seconds',
        param: null,
      });
    }
    expect((await blocker).status).toBe(504);
    // It would be let in by another time limit, so that this one is not missed on a busy machine.
    expect((await jobEnds(url, (await submitJob(url)).id)).status).toBe('succeeded');
    expect(await picturesMade(url)).toBeLessThan(40);
  });

  test('an engine that does not give up in time is ended and started again', async () => {
    const url = await start({ CANCEL_GRACE_SECONDS: '1' });
    const { enginePid } = server;
    const { id } = await submitJob(url, ENDLESS);
    await jobRuns(url, id);
    server.holdEngine();
    const waiting = postEdit(url, goodForm());
    await jobsWait(url, 1);
    await deleteJob(url, id);
    await server.until(() => server.enginePid !== enginePid);
    expect(server.log).toMatch(/was stuck: it did not give up a picture within \d+ s; it starts again/);
    expect((await waiting).status).toBe(200);
  });

  test('a hundred cancellations at random moments: none’s picture is waited for, and the next edit’s is right', async () => {
    const url = await start();
    const right = (await edit(url, goodForm())).data;
    const waits: number[] = [];
    for (let round = 0; round < 100; round += 1) {
      const kind = round % 3;
      const changes = { ...ENDLESS, size: '768x768', stream: String(kind === 1) };
      const moment = Math.random() * 150;
      if (kind === 2) {
        const { id } = await submitJob(url, changes);
        await pause(moment);
        expect((await deleteJob(url, id)).status).toBe(202);
      } else {
        const client = new AbortController();
        const left = fetch(`${url}/v1/images/edits`, {
          method: 'POST',
          body: goodForm(changes),
          signal: client.signal,
        });
        void left.catch(() => undefined);
        await pause(moment);
        client.abort();
      }
      const startedAt = performance.now();
      expect((await edit(url, goodForm())).data).toEqual(right);
      waits.push(performance.now() - startedAt);
    }
    waits.sort((a, b) => a - b);
    reportFigure(
      'cancel',
      'next edit done after a cancellation',
      `median ${waits[50]?.toFixed(0) ?? ''} ms, worst ${waits[99]?.toFixed(0) ?? ''} ms`,
    );
    // The first and each next one; of those that were cancelled not a single one was made to its end.
    expect(await picturesMade(url)).toBe(101);
    expect(server.log.match(/Engine process \d+ started/g)).toHaveLength(1);
  }, 300_000);

  test('a cancelled job ends its stream of events with an error', async () => {
    const url = await start();
    const { id } = await submitJob(url, { ...ENDLESS, progress: 'true' });
    const names: string[] = [];
    for await (const { name, data } of readEvents(await fetch(`${url}/v1/images/edits/${id}/events`))) {
      if (names.length === 0) await deleteJob(url, id);
      names.push(name);
      if (name === 'error') expect(data).toMatchObject({ type: 'error', error: { code: 'CONFLICT' } });
    }
    expect(names.at(-1)).toBe('error');
  });
});
