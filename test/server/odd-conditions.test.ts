import { getPriority } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { edit, GOOD_PICTURE, goodForm, postEdit } from '../support/edit-form.js';
import { expectError } from '../support/expect-error.js';
import { ENDLESS, jobEnds, jobsBegin, submitJob } from '../support/jobs.js';
import { metric } from '../support/metrics.js';
import { within } from '../support/process.js';
import { RawConnection } from '../support/raw-http.js';
import { TestServer } from '../support/server.js';

const PROGRAM = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');

describe('odd conditions', () => {
  let server: TestServer;
  afterEach(() => server.stop());

  test.each([
    ['read-only', '/sys'],
    ['missing', '/nowhere/at/all'],
  ])('a folder for temporary files that is %s: nothing needs it', async (_name, folder) => {
    server = await TestServer.start({ env: { TMPDIR: folder } });
    const answer = await edit(server.url, goodForm({ n: '2' }));
    expect(answer.data).toHaveLength(2);
  });

  test('a disk on which no file can grow: nothing needs it', async () => {
    // A process that writes to a file all the same is ended by the kernel.
    server = await TestServer.start({ limits: 'ulimit -f 0' });
    const answer = await edit(server.url, goodForm({ n: '2', images: [GOOD_PICTURE, GOOD_PICTURE] }));
    expect(answer.data).toHaveLength(4);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    expect(await server.stop()).toEqual({ code: 0, leftovers: [] });
  });

  test('a service that is started to give way to others: its engine gives way to it, and asks for nothing more', async () => {
    server = await TestServer.start({ command: ['nice', '-n', '12', PROGRAM, 'serve'] });
    const [own, engine] = [server.pid, server.enginePid].map((pid) => getPriority(pid));
    expect(own).toBeGreaterThanOrEqual(12);
    expect(engine).toBe(Math.min((own ?? NaN) + 5, 19));
    expect((await edit(server.url, goodForm())).data).toHaveLength(1);
  });

  test('500 connections that send nothing: others are served meanwhile, and they are answered and closed', async () => {
    server = await TestServer.start();
    const connections = await Promise.all(Array.from({ length: 500 }, () => RawConnection.open(server.port)));
    for (let round = 0; round < 20; round += 1) expect((await fetch(`${server.url}/health`)).status).toBe(200);
    await edit(server.url, goodForm());
    // None of these answers came because the service had got rid of them.
    expect(connections.filter(({ isClosed }) => isClosed)).toEqual([]);
    // 30 s for the headers, looked at twice a minute.
    expect(await within(150, () => connections.every(({ isClosed }) => isClosed))).toBe(true);
    for (const connection of connections) {
      const { status, body } = await connection.answer();
      expect(status).toBe(408);
      expect(body).toContain('"code":"REQUEST_INCOMPLETE"');
    }
  }, 200_000);

  test('a client that asks for its results and does not read them is not waited for', async () => {
    server = await TestServer.start();
    const { id } = await submitJob(server.url, { output_type: 'pt', size: '512x512', n: '10' });
    await jobEnds(server.url, id);
    const connection = await RawConnection.open(server.port);
    connection.pause();
    // More than the connection takes by itself.
    await connection.send(`GET /v1/images/edits/${id} HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect(
      await within(150, () => new RegExp(`path=/v1/images/edits/${id} status=200 .*cut=true`).test(server.log)),
    ).toBe(true);
    connection.close();
  }, 180_000);

  test('an engine that is stuck: the request is answered at its time limit, the engine ended, the next edit made', async () => {
    server = await TestServer.start({ env: { REQUEST_TIMEOUT_SECONDS: '3', CANCEL_GRACE_SECONDS: '1' } });
    const { url, enginePid } = server;
    process.kill(enginePid, 'SIGSTOP');
    await expectError(await postEdit(url, goodForm()), {
      status: 504,
      code: 'TIMEOUT',
      message: 'The edit was not done within 3 seconds',
      param: null,
    });
    await server.until(() => server.enginePid !== enginePid);
    await server.untilReady();
    // Whose time limit is not that of requests.
    expect((await jobEnds(url, (await submitJob(url)).id)).status).toBe('succeeded');
  });

  test('an engine that hangs inside a picture that is not cancelled: found, ended, the picture failed, the next one made', async () => {
    server = await TestServer.start({ env: { ENGINE_STALL_SECONDS: '10', SHUTDOWN_GRACE_SECONDS: '0' } });
    const { url, enginePid } = server;
    const hanging = postEdit(url, goodForm(ENDLESS));
    await jobsBegin(url, 1);
    process.kill(enginePid, 'SIGSTOP');
    const { id } = await submitJob(url);
    const response = await hanging;
    expect(response.headers.get('x-should-retry')).toBe('false');
    await expectError(response, {
      status: 500,
      code: 'GENERATION_ERROR',
      message:
        'Image generation failed: the engine process was stuck: it said nothing for 10 s in the middle of a picture; it is being started again',
      param: null,
    });
    expect((await jobEnds(url, id)).status).toBe('succeeded');
    await server.until(() => server.enginePid !== enginePid);
    expect(await metric(url, 'qwen_edit_engine_restarts_total{engine="0"}')).toBe(1);
  });
});
