import { afterEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goodForm, postEdit } from '../support/edit-form.js';
import { expectError } from '../support/expect-error.js';
import { deleteJob, ENDLESS, getJob, jobRuns, jobsBegin, jobsWait, submitJob } from '../support/jobs.js';
import { isGone } from '../support/process.js';
import { TestServer } from '../support/server.js';

const NOT_READY = { status: 503, code: 'MODEL_NOT_READY', message: 'Model is not ready yet', param: null };

describe('life of the service', () => {
  let server: TestServer | undefined;
  const start = async (...options: Parameters<typeof TestServer.start>): Promise<TestServer> =>
    (server = await TestServer.start(...options));
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  test('it answers while an edit runs', async () => {
    const { url } = await start({ env: { SHUTDOWN_GRACE_SECONDS: '0' } });
    const { id } = await submitJob(url, ENDLESS);
    const { progress: before } = await jobRuns(url, id);
    for (let asked = 0; asked < 20; asked += 1) expect((await fetch(`${url}/health`)).status).toBe(200);
    // It was not the edit's end that the answers waited for; how fast they are, benchmarks/ prints.
    const { status, progress } = await getJob(url, id);
    expect(status).toBe('running');
    expect(progress?.['image']).toBe(before?.['image']);
    await deleteJob(url, id);
  });

  test('a checkpoint that can’t be loaded leaves it up, and says why', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'no-checkpoint-'));
    const { url } = await start({ checkpoint: folder, untilReady: false });
    await server?.until(() => server?.log.includes('Failed to load model') === true);
    const response = await fetch(`${url}/ready`);
    const text = await response.text();
    expect(response.status).toBe(503);
    expect(JSON.parse(text)).toMatchObject({
      status: 'not_ready',
      reason: expect.stringMatching(/^Failed to load model: the checkpoint folder /),
      details: { model: { status: 'down', state: 'failed' } },
    });
    expect(text).not.toContain(folder);
    // The operator is told the whole path.
    expect(server?.log).toContain(`(QWEN_MODEL_DIR is ${folder})`);
    await expectError(await postEdit(url, goodForm()), NOT_READY);
    await expectError(await fetch(`${url}/v1/models`), NOT_READY);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    await rm(folder, { recursive: true });
  });

  test('a setting that can’t be served is no fault of the bundled miniature', async () => {
    const { url } = await start({
      env: { QWEN_MODEL_DIR: '', DEVICE_MAP: 'cpu', PRECISION: 'bf16' },
      untilReady: false,
    });
    await server?.until(() => server?.log.includes('Failed to load model') === true);
    expect(await (await fetch(`${url}/ready`)).json()).toMatchObject({
      reason: 'Failed to load model: PRECISION=bf16 is not served on the CPU: use auto or fp32, int8, int4',
    });
  });

  test('an engine that is killed fails its edit, is started again, and those that waited are served', async () => {
    const service = await start();
    const { url, enginePid } = service;
    const running = postEdit(url, goodForm(ENDLESS));
    await jobsBegin(url, 1);
    const waiting = postEdit(url, goodForm());
    await jobsWait(url, 1);
    await service.stopNextEngine();
    const failed = await running;
    expect(failed.headers.get('x-should-retry')).toBe('false');
    await expectError(failed, {
      status: 500,
      code: 'GENERATION_ERROR',
      message:
        'Image generation failed: the engine process was killed (SIGKILL), possibly for lack of memory; it is being started again',
      param: null,
    });
    const early = await postEdit(url, goodForm());
    expect(early.headers.get('retry-after')).toMatch(/^\d+$/);
    await expectError(early, NOT_READY);
    const ready = await fetch(`${url}/ready`);
    expect(ready.status).toBe(503);
    expect(ready.headers.get('retry-after')).toMatch(/^\d+$/);
    const reason = expect.stringMatching(/^loading: the engine process was killed/);
    expect(await ready.json()).toEqual({
      status: 'not_ready',
      reason,
      details: {
        model: { status: 'down', state: 'loading', message: reason },
        'engine-0': { status: 'down', state: 'loading', message: reason },
      },
    });
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect(service.enginePid).not.toBe(enginePid);
    service.letEngineGoOn();
    const served = await waiting;
    expect(served.status).toBe(200);
    await served.text();
    expect((await postEdit(url, goodForm())).status).toBe(200);
  });

  test('an engine whose service is killed ends too', async () => {
    const { enginePid, pid } = await start();
    process.kill(pid, 'SIGKILL');
    await isGone(enginePid);
  });

  test('a port that is taken is one clear line', async () => {
    const { port } = await start();
    // Each of them finds the port taken at another moment of its engine's load.
    for (let second = 0; second < 6; second += 1) {
      await expect(TestServer.start({ env: { PORT: String(port) } })).rejects.toThrow(
        /Can't listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/,
      );
    }
  });
});
