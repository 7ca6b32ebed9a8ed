import { afterEach, describe, expect, test } from '@jest/globals';
import { edit, goodForm, postEdit } from '../support/edit-form.js';
import { ENDLESS, getJob, jobEnds, jobRuns, jobUntil, submitJob } from '../support/jobs.js';
import { RawConnection } from '../support/raw-http.js';
import { TestServer } from '../support/server.js';

describe('an engine that dies', () => {
  let server: TestServer;
  afterEach(() => server.stop());

  const engines = (): number => (server.log.match(/Engine process \d+ started/g) ?? []).length;

  test('while it loads: it is started again, with growing pauses', async () => {
    server = await TestServer.start({ isGateClosed: true });
    const pauses = (): string[] =>
      [...server.log.matchAll(/starts again in ([\d.]+) s/g)].map(([, seconds]) => seconds ?? '');
    for (let started = 1; started <= 3; started += 1) {
      await server.until(() => engines() === started);
      process.kill(server.enginePid, 'SIGKILL');
    }
    await server.until(() => engines() === 4);
    expect(pauses().map(Number)).toEqual([0.5, 1, 2]);
    await server.openGate();
    await server.untilReady();
    expect((await edit(server.url, goodForm())).data).toHaveLength(1);
  }, 60_000);

  test('between the pictures of a batch that waits for its turn, only the running edit fails', async () => {
    server = await TestServer.start({ env: { SHUTDOWN_GRACE_SECONDS: '0' } });
    const { url, enginePid } = server;
    // Both are there before the first picture is made.
    server.holdEngine();
    const batch = await submitJob(url, { n: '2', num_inference_steps: '20' });
    const long = await submitJob(url, { ...ENDLESS, size: '1024x1024' });
    server.letEngineGoOn();
    await jobRuns(url, long.id);
    expect((await getJob(url, batch.id)).progress).toMatchObject({ image: 1, step: 20 });
    process.kill(enginePid, 'SIGKILL');
    expect((await jobEnds(url, batch.id)).result?.data).toHaveLength(2);
    expect(await getJob(url, long.id)).toMatchObject({ status: 'failed', error: { code: 'GENERATION_ERROR' } });
  });
});

describe('clients that hardly send', () => {
  test('a byte a second: it is answered, and its place is free', async () => {
    const server = await TestServer.start({ env: { QUEUE_LIMIT: '1', SHUTDOWN_GRACE_SECONDS: '0' } });
    try {
      const { id } = await submitJob(server.url, ENDLESS);
      await jobUntil(server.url, id, ({ progress }) => progress !== null);
      const connection = await RawConnection.open(server.port);
      await connection.send(
        'POST /v1/images/edits HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n',
      );
      // It has a place now.
      await connection.until(/^HTTP\/1\.1 100 /);
      const timer = setInterval(() => void connection.send('-'), 1000);
      expect((await postEdit(server.url, goodForm())).status).toBe(429);
      await connection.until(/"code":"REQUEST_INCOMPLETE"/);
      clearInterval(timer);
      connection.close();
      await server.until(() => server.log.includes('status=408'));
      // A job is taken again.
      await submitJob(server.url);
    } finally {
      await server.stop();
    }
  }, 180_000);

  test('five hundred connections that send nothing: others are served', async () => {
    const server = await TestServer.start();
    const connections = await Promise.all(Array.from({ length: 500 }, () => RawConnection.open(server.port)));
    try {
      expect((await edit(server.url, goodForm())).data).toHaveLength(1);
      expect((await fetch(`${server.url}/health`)).status).toBe(200);
    } finally {
      for (const connection of connections) connection.close();
      await server.stop();
    }
  });
});
