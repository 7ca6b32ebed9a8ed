import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { edit, type EditBody, type Fields, goodForm, postEdit } from '../support/edit-form.js';
import { expectError } from '../support/expect-error.js';
import { checkpointFolder } from '../support/fixtures.js';
import { ENDLESS, jobEnds, jobRuns, jobsBegin, jobsWait, LONG, submitJob } from '../support/jobs.js';
import { metric } from '../support/metrics.js';
import { isGone } from '../support/process.js';
import type { TestServer } from '../support/server.js';
import { BATCH, ready, RESTARTS, startTwo } from '../support/two-engines.js';

const MIB = 2 ** 20;
/** Linux's, of util-linux: sets a limit of a process that runs. */
const hasPrlimit = existsSync('/usr/bin/prlimit');

describe('two engines of which', () => {
  let server: TestServer;

  test('one can’t load any more: it takes no work from the other; without the other nothing is served', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'damaged-'));
    const checkpoint = join(folder, 'plain');
    cpSync(checkpointFolder('plain'), checkpoint, { recursive: true });
    server = await startTwo({ checkpoint, env: { SHUTDOWN_GRACE_SECONDS: '0' } });
    try {
      renameSync(join(checkpoint, 'vae', 'config.json'), join(folder, 'config.json'));
      process.kill(server.pidOfEngine('1'), 'SIGKILL');
      await server.until(() => server.log.includes('[Engine 1] Failed to load model'));
      const { code, body } = await ready(server);
      expect(code).toBe(200);
      expect(body.details).toMatchObject({
        'engine-0': { status: 'up' },
        'engine-1': { status: 'down', state: 'failed', message: expect.stringMatching(/^Failed to load model: vae\//) },
      });
      // All of them at once: some would be given to the one that can't.
      const answers = await Promise.all([1, 2, 3, 4].map(() => postEdit(server.url, goodForm())));
      for (const answer of answers) {
        expect(answer.status).toBe(200);
        await answer.text();
      }
      const { id } = await submitJob(server.url, ENDLESS);
      await jobRuns(server.url, id);
      const waiting = await submitJob(server.url);
      process.kill(server.pidOfEngine('0'), 'SIGKILL');
      expect((await jobEnds(server.url, id)).status).toBe('failed');
      await server.until(() => server.log.includes('[Engine 0] Failed to load model'));
      // What waited isn't left waiting.
      expect((await jobEnds(server.url, waiting.id)).status).toBe('failed');
      const after = await ready(server);
      expect(after.code).toBe(503);
      expect(after.body.reason).toMatch(/^Failed to load model: vae\//);
      await expectError(await postEdit(server.url, goodForm()), {
        status: 503,
        code: 'MODEL_NOT_READY',
        message: 'Model is not ready yet',
      });
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true });
    }
  });

  (hasPrlimit ? test : test.skip)(
    'one finds no memory: it says so, and goes on; the other makes its picture',
    async () => {
      server = await startTwo({ env: { SHUTDOWN_GRACE_SECONDS: '0' } });
      try {
        const pid = server.pidOfEngine('0');
        const used = Number(/VmSize:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
        const limit = (bytes: number | 'unlimited'): void =>
          void execFileSync('prlimit', ['--pid', String(pid), `--as=${bytes}:`]);
        limit(used + 300 * MIB);
        const large: Fields = { size: '2048x2048', num_inference_steps: '1', true_cfg_scale: '1' };
        // Both engines are idle: each gets one.
        const answers = await Promise.all([1, 2].map(() => postEdit(server.url, goodForm(large))));
        const texts = await Promise.all(answers.map((answer) => answer.text()));
        expect(answers.map(({ status }) => status).sort()).toEqual([200, 500]);
        const told = texts.filter((text) => /failed: out of memory.*: ask for a smaller size/.test(text));
        expect(told).toHaveLength(1);
        limit('unlimited');
        expect((await edit(server.url, goodForm(BATCH))).data).toHaveLength(6);
        for (const engine of ['0', '1']) expect(await metric(server.url, RESTARTS(engine))).toBe(0);
      } finally {
        await server.stop();
      }
    },
    240_000,
  );

  test('both work when the service is ended: what runs and what waits is finished, no engine is left', async () => {
    server = await startTwo();
    const { url, pid } = server;
    const pids = ['0', '1'].map((engine) => server.pidOfEngine(engine));
    for (const engine of pids) process.kill(engine, 'SIGSTOP');
    const running = [postEdit(url, goodForm(LONG)), postEdit(url, goodForm(LONG))];
    await jobsBegin(url, 2);
    const waiting = postEdit(url, goodForm());
    await jobsWait(url, 1);
    process.kill(pid, 'SIGTERM');
    await server.until(() => server.log.includes('Ending: nothing new is taken'));
    expect((await ready(server)).body).toMatchObject({ status: 'not_ready', reason: 'draining' });
    expect((await postEdit(url, goodForm())).status).toBe(503);
    for (const engine of pids) process.kill(engine, 'SIGCONT');
    for (const answer of await Promise.all([...running, waiting])) {
      expect(answer.status).toBe(200);
      expect(((await answer.json()) as EditBody).data).toHaveLength(1);
    }
    expect(await server.ended()).toEqual({ code: 0, leftovers: [] });
    for (const engine of pids) await isGone(engine);
  });
});
