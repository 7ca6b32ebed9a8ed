import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { edit, type EditBody, goodForm, postEdit } from '../support/edit-form.js';
import { readEvents } from '../support/event-stream.js';
import { deleteJob, getJob, jobEnds, jobUntil } from '../support/jobs.js';
import { metric, metricReaches, scrape } from '../support/metrics.js';
import { TestServer } from '../support/server.js';
import {
  BATCH,
  bothReady,
  giveUp,
  IN_FLIGHT,
  READY,
  ready,
  RESTARTS,
  startTwo,
  twoRunning,
} from '../support/two-engines.js';

const PICTURES = (engine: string): string => `qwen_edit_pictures_total{engine="${engine}"}`;

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
    // The next one doesn't come up before it is let.
    await server.stopNextEngine(() => server.pidOfEngine('1'));
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
