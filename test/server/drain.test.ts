import { afterEach, describe, expect, test } from '@jest/globals';
import { goodForm, postEdit } from '../support/edit-form.js';
import { allEvents } from '../support/event-stream.js';
import { expectError } from '../support/expect-error.js';
import { ENDLESS, jobRuns, jobsBegin, jobsWait, LONG, submitJob } from '../support/jobs.js';
import { isAlive, isGone } from '../support/process.js';
import { TestServer } from '../support/server.js';

describe('the end of the service', () => {
  let server: TestServer;
  const start = async (env: Record<string, string> = {}): Promise<string> => {
    server = await TestServer.start({ env });
    return server.url;
  };
  afterEach(() => server.stop());

  const isDraining = async (url: string): Promise<boolean> => {
    const response = await fetch(`${url}/ready`);
    const body = (await response.json()) as { status: string; reason?: string };
    return response.status === 503 && body.status === 'not_ready' && body.reason === 'draining';
  };

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s: not ready at once, nothing new is taken, what runs and what waits is finished, exit code 0, no engine left',
    async (signal) => {
      const url = await start();
      const { enginePid, pid } = server;
      server.holdEngine();
      const running = postEdit(url, goodForm(LONG));
      await jobsBegin(url, 1);
      const waiting = postEdit(url, goodForm({ stream: 'true' }));
      await jobsWait(url, 1);
      process.kill(pid, signal);
      await server.until(() => server.log.includes('Ending: nothing new is taken'));
      expect(await isDraining(url)).toBe(true);
      expect((await fetch(`${url}/health`)).status).toBe(200);
      const refused = await postEdit(url, goodForm());
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
      await expectError(refused, {
        status: 503,
        code: 'MODEL_NOT_READY',
        message: 'Model is not ready yet',
        param: null,
      });
      server.letEngineGoOn();
      const [ran, waited] = await Promise.all([running, waiting]);
      expect(ran.status).toBe(200);
      expect(((await ran.json()) as { data: unknown[] }).data).toHaveLength(1);
      expect((await allEvents(waited)).map(({ name }) => name)).toEqual(['image_edit.completed']);
      expect(await server.ended()).toEqual({ code: 0, leftovers: [] });
      expect(isAlive(enginePid)).toBe(false);
    },
  );

  test('what is not done within SHUTDOWN_GRACE_SECONDS fails with a clear error', async () => {
    const url = await start({ SHUTDOWN_GRACE_SECONDS: '1' });
    const { enginePid, pid } = server;
    const job = await submitJob(url, ENDLESS);
    await jobRuns(url, job.id);
    const events = fetch(`${url}/v1/images/edits/${job.id}/events`).then(allEvents);
    const waiting = postEdit(url, goodForm(ENDLESS));
    await jobsWait(url, 1);
    process.kill(pid, 'SIGTERM');
    const message = 'The service is shutting down, and the edit was not done in time';
    const failed = await waiting;
    expect(failed.headers.get('retry-after')).toMatch(/^\d+$/);
    await expectError(failed, { status: 503, code: 'MODEL_NOT_READY', message, param: null });
    expect((await events).at(-1)).toMatchObject({ name: 'error', data: { error: { message } } });
    expect((await server.ended()).code).toBe(0);
    expect(isAlive(enginePid)).toBe(false);
  });

  test('an idle service ends at once', async () => {
    // Whoever waits for the grace waits longer than this test may last.
    const url = await start({ SHUTDOWN_GRACE_SECONDS: '100000' });
    await fetch(`${url}/health`);
    expect((await server.stop()).code).toBe(0);
  });

  test('a second signal ends it at once', async () => {
    const url = await start();
    const { enginePid, pid } = server;
    const running = postEdit(url, goodForm(ENDLESS)).catch((error: unknown) => error);
    await jobsBegin(url, 1);
    process.kill(pid, 'SIGINT');
    await server.until(() => server.log.includes('Ending: nothing new is taken'));
    process.kill(pid, 'SIGINT');
    expect(await running).toMatchObject({ message: 'fetch failed' });
    expect((await server.ended()).code).toBe(130);
    await isGone(enginePid);
  });

  test('under npm, which passes a signal on once more, the same one is no second', async () => {
    const url = await start({ npm_lifecycle_event: 'start' });
    const { pid } = server;
    await submitJob(url, ENDLESS);
    process.kill(pid, 'SIGINT');
    await server.until(() => server.log.includes('Ending: nothing new is taken'));
    process.kill(pid, 'SIGINT');
    // What comes more than a second after the first is another one.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await isDraining(url)).toBe(true);
    process.kill(pid, 'SIGINT');
    expect((await server.ended()).code).toBe(130);
  });

  test('a service that is ended while it starts', async () => {
    server = await TestServer.start({ untilReady: false });
    const { enginePid } = server;
    expect((await server.stop()).code).toBe(0);
    await isGone(enginePid);
  });

  test.each([
    ['idle', false],
    ['in the middle of an edit', true],
  ])('kill -9: the engine ends too, %s', async (_name, isRunning) => {
    const url = await start();
    const { enginePid, pid } = server;
    if (isRunning) {
      const { id } = await submitJob(url, ENDLESS);
      await jobRuns(url, id);
    }
    process.kill(pid, 'SIGKILL');
    await isGone(enginePid);
  });

  test('kill -9 while the engine is inside a run that takes longer than any client would wait', async () => {
    const url = await start();
    const { enginePid, pid } = server;
    // One step of the largest picture takes this checkpoint seconds; the moment is anywhere in it.
    await submitJob(url, { num_inference_steps: '2', size: '2048x2048' });
    await jobsBegin(url, 1);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    process.kill(pid, 'SIGKILL');
    await isGone(enginePid);
  });
});
