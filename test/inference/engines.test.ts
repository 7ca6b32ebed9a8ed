import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { edit, type EditBody, type Fields, goodForm, postEdit } from '../support/edit-form.js';
import { readEvents } from '../support/event-stream.js';
import { expectError } from '../support/expect-error.js';
import { checkpointFolder } from '../support/fixtures.js';
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
import { metric, metricReaches, scrape } from '../support/metrics.js';
import { isAlive, within } from '../support/process.js';
import { TestServer } from '../support/server.js';

const READY = (engine: string): string => `qwen_edit_engine_ready{engine="${engine}"}`;
const RESTARTS = (engine: string): string => `qwen_edit_engine_restarts_total{engine="${engine}"}`;
const PICTURES = (engine: string): string => `qwen_edit_pictures_total{engine="${engine}"}`;
const IN_FLIGHT = 'qwen_edit_pictures_in_flight';

const BATCH: Fields = { n: '6', num_inference_steps: '3' };
const MIB = 2 ** 20;
/** Linux's, of util-linux: sets a limit of a process that runs. */
const hasPrlimit = existsSync('/usr/bin/prlimit');

interface ReadyBody {
  readonly status: string;
  readonly reason?: string;
  readonly details: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

async function startTwo(options: Parameters<typeof TestServer.start>[0] = {}): Promise<TestServer> {
  const server = await TestServer.start({ ...options, env: { ENGINES: '2', ...options.env } });
  await bothReady(server);
  return server;
}

async function bothReady({ url }: TestServer): Promise<void> {
  for (const engine of ['0', '1']) await metricReaches(url, READY(engine), 1);
}

async function ready({ url }: TestServer): Promise<{ code: number; body: ReadyBody }> {
  const response = await fetch(`${url}/ready`);
  return { code: response.status, body: (await response.json()) as ReadyBody };
}

/** Two jobs that don't end by themselves, each with a picture at an engine. */
async function twoRunning({ url }: TestServer): Promise<readonly [string, string]> {
  const [first, second] = [await submitJob(url, ENDLESS), await submitJob(url, ENDLESS)];
  await Promise.all([jobRuns(url, first.id), jobRuns(url, second.id)]);
  return [first.id, second.id];
}

async function giveUp({ url }: TestServer, jobs: readonly string[]): Promise<void> {
  for (const id of jobs) await (await deleteJob(url, id)).text();
  for (const id of jobs) await jobEnds(url, id);
  while ((await metric(url, IN_FLIGHT)) !== 0) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('two engines', () => {
  let server: TestServer;
  let one: EditBody['data'];
  beforeAll(async () => {
    const alone = await TestServer.start();
    one = (await edit(alone.url, goodForm(BATCH))).data;
    await alone.stop();
    // A hanging engine is found after 10 s at most in these tests.
    server = await startTwo({ env: { ENGINE_STALL_SECONDS: '10', SHUTDOWN_GRACE_SECONDS: '0' } });
  });
  afterAll(() => server.stop());

  /** Both make the right pictures, whatever was done to them. */
  const expectRight = async (): Promise<void> => {
    await bothReady(server);
    const { code, body } = await ready(server);
    expect([code, body.details['engine-0']?.['status'], body.details['engine-1']?.['status']]).toEqual([
      200,
      'up',
      'up',
    ]);
    const before = (await scrape(server.url)).values;
    expect((await edit(server.url, goodForm(BATCH))).data).toEqual(one);
    const after = (await scrape(server.url)).values;
    for (const engine of ['0', '1']) {
      expect(after.get(PICTURES(engine))).toBeGreaterThan(before.get(PICTURES(engine)) ?? NaN);
    }
  };

  test('a batch is made side by side, to the bit as by one; /ready and the metrics tell of each', async () => {
    const { body } = await ready(server);
    expect(body).toMatchObject({
      status: 'ready',
      details: {
        model: { status: 'up', id: 'tiny-plain' },
        'engine-0': { status: 'up', state: 'ready', device: 'cpu', precision: 'fp32' },
        'engine-1': { status: 'up', state: 'ready', device: 'cpu', precision: 'fp32' },
      },
    });
    await expectRight();
    const { values } = await scrape(server.url);
    expect(values.get('qwen_edit_model_ready')).toBe(1);
    for (const engine of ['0', '1']) {
      expect(values.get(RESTARTS(engine))).toBe(0);
      expect(values.get(`qwen_edit_step_duration_seconds_count{engine="${engine}"}`)).toBeGreaterThan(0);
      expect(values.get(`qwen_edit_stage_duration_seconds_count{stage="denoise",engine="${engine}"}`)).toBeGreaterThan(
        0,
      );
      if (process.platform !== 'linux') continue;
      const memory = `qwen_edit_resident_memory_bytes{process="engine",engine="${engine}"}`;
      expect(values.get(memory)).toBeGreaterThan(50e6);
    }
  });

  test('a stream tells of its pictures in their order, and its progress never goes back', async () => {
    const form = goodForm({ ...BATCH, stream: 'true', progress: 'true', partial_images: '1' });
    const completed: unknown[] = [];
    const pictures: unknown[] = [];
    const progress: number[] = [];
    for await (const { name, data } of readEvents(await postEdit(server.url, form))) {
      if (name === 'image_edit.completed') {
        completed.push(data['image']);
        pictures.push({ b64_json: data['b64_json'], seed: data['seed'], input_index: data['input_index'] });
      }
      if (name === 'image_edit.progress') progress.push(Number(data['image']) * 1000 + Number(data['step']));
    }
    expect(completed).toEqual([1, 2, 3, 4, 5, 6]);
    expect(pictures).toEqual(one);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  });

  test('a job that is cancelled frees its engine for the other, which goes on', async () => {
    const [first, second] = await twoRunning(server);
    await metricReaches(server.url, IN_FLIGHT, 2);
    await deleteJob(server.url, first);
    expect((await jobEnds(server.url, first)).status).toBe('cancelled');
    // Nobody stands in line: both engines make pictures of the other.
    await metricReaches(server.url, IN_FLIGHT, 2);
    expect((await getJob(server.url, second)).status).toBe('running');
    // A short one comes before the next picture of it.
    expect((await edit(server.url, goodForm())).data).toHaveLength(1);
    await giveUp(server, [second]);
    for (const engine of ['0', '1']) expect(await metric(server.url, RESTARTS(engine))).toBe(0);
  });

  test('one that is killed in a step: its job fails alone, the other engine goes on while it is away', async () => {
    const jobs = await twoRunning(server);
    const pid = server.pidOfEngine('1');
    // It has a picture then, which it can't finish.
    process.kill(pid, 'SIGSTOP');
    await metricReaches(server.url, IN_FLIGHT, 2);
    process.kill(pid, 'SIGKILL');
    // The next one doesn't come up before it is let.
    await server.until(() => server.pidOfEngine('1') !== pid);
    process.kill(server.pidOfEngine('1'), 'SIGSTOP');
    const states = await Promise.all(jobs.map(async (id) => await getJob(server.url, id)));
    const failed = states.filter(({ status }) => status === 'failed');
    expect(failed).toHaveLength(1);
    expect(failed[0]?.error).toMatchObject({
      code: 'GENERATION_ERROR',
      message: expect.stringMatching(/^Image generation failed: the engine process was killed/),
    });
    const { code, body } = await ready(server);
    expect(code).toBe(200);
    expect(body).toMatchObject({
      status: 'ready',
      details: {
        'engine-0': { status: 'up' },
        'engine-1': {
          status: 'down',
          state: 'loading',
          message: expect.stringMatching(/^loading: the engine process was killed/),
        },
      },
    });
    const { values } = await scrape(server.url);
    expect([READY('0'), READY('1'), RESTARTS('0'), RESTARTS('1')].map((name) => values.get(name))).toEqual([
      1, 0, 0, 1,
    ]);
    const running = jobs.filter((id) => id !== failed[0]?.id);
    const [other = ''] = running;
    const { progress } = await getJob(server.url, other);
    await jobUntil(server.url, other, (job) => JSON.stringify(job.progress) !== JSON.stringify(progress));
    await giveUp(server, running);
    expect((await edit(server.url, goodForm(BATCH))).data).toEqual(one);
    process.kill(server.pidOfEngine('1'), 'SIGCONT');
    await expectRight();
  });

  test('one that hangs in a picture is found, ended and started again; the other goes on', async () => {
    const jobs = await twoRunning(server);
    await metricReaches(server.url, IN_FLIGHT, 2);
    const { values } = await scrape(server.url);
    process.kill(server.pidOfEngine('0'), 'SIGSTOP');
    await metricReaches(server.url, RESTARTS('0'), (values.get(RESTARTS('0')) ?? NaN) + 1);
    const states = await Promise.all(jobs.map((id) => getJob(server.url, id)));
    expect(states.map(({ status }) => status).sort()).toEqual(['failed', 'running']);
    expect(states.find(({ status }) => status === 'failed')?.error).toMatchObject({
      message: expect.stringContaining('the engine process was stuck: it said nothing for'),
    });
    expect((await ready(server)).code).toBe(200);
    await giveUp(
      server,
      states.flatMap(({ id, status }) => (status === 'running' ? [id] : [])),
    );
    await expectRight();
    expect(await metric(server.url, RESTARTS('1'))).toBe(values.get(RESTARTS('1')));
  }, 240_000);
});

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
    const running = [postEdit(url, goodForm(LONG)), postEdit(url, goodForm(LONG))];
    await jobsBegin(url, 2);
    const waiting = postEdit(url, goodForm());
    await jobsWait(url, 1);
    process.kill(pid, 'SIGTERM');
    await server.until(() => server.log.includes('Ending: nothing new is taken'));
    expect((await ready(server)).body).toMatchObject({ status: 'not_ready', reason: 'draining' });
    expect((await postEdit(url, goodForm())).status).toBe(503);
    for (const answer of await Promise.all([...running, waiting])) {
      expect(answer.status).toBe(200);
      expect(((await answer.json()) as EditBody).data).toHaveLength(1);
    }
    expect(await server.ended()).toEqual({ code: 0, leftovers: [] });
    expect(await within(20, () => pids.every((engine) => !isAlive(engine)))).toBe(true);
  });
});
