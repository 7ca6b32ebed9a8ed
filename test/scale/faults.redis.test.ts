import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { goodForm, postEdit, type EditBody } from '../support/edit-form.js';
import { allEvents } from '../support/event-stream.js';
import { ENDLESS, getJob, jobEnds, jobRuns, jobUntil, LONG, submitJob } from '../support/jobs.js';
import { metricReaches } from '../support/metrics.js';
import { eventually, isServed, ScaledService } from '../support/redis/scaled.js';
import type { TestServer } from '../support/server.js';

/** A busy machine takes its time for them. */
const SECONDS = 1000;

/** The worker that makes a picture now. */
async function busyOf(workers: readonly TestServer[]): Promise<TestServer> {
  for (;;) {
    for (const worker of workers) {
      if ((worker.log.match(/takes picture/g) ?? []).length > (worker.log.match(/leaves picture/g) ?? []).length)
        return worker;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

jest.setTimeout(180 * SECONDS);

describe('faults of services, workers and Redis', () => {
  let scaled: ScaledService;
  const start = async (workers: number, ...redisOptions: string[]): Promise<[TestServer, TestServer[]]> => {
    scaled = await ScaledService.start(...redisOptions);
    const api = await scaled.api();
    const made = await Promise.all(Array.from({ length: workers }, () => scaled.worker()));
    await isServed(api);
    return [api, made];
  };
  afterEach(() => scaled.stop());

  test('a worker that is killed in a step: its picture is made once more elsewhere, the same; the second time it has failed', async () => {
    const [api, workers] = await start(2);
    const form = { ...LONG, progress: 'true' };
    const right = await jobEnds(api.url, (await submitJob(api.url, form)).id);
    const { id } = await submitJob(api.url, form);
    await jobRuns(api.url, id);
    const first = await busyOf(workers);
    await first.kill();
    const ended = await jobEnds(api.url, id);
    expect(ended.status).toBe('succeeded');
    expect(ended.result?.data).toEqual(right.result?.data);
    const deadly = (await submitJob(api.url, { ...LONG, progress: 'true' })).id;
    await jobRuns(api.url, deadly);
    await (await busyOf(workers.filter((worker) => worker !== first))).kill();
    const third = await scaled.worker();
    await eventually(() => third.log.includes('takes picture'));
    await third.kill();
    await scaled.worker();
    expect(await jobEnds(api.url, deadly)).toMatchObject({
      status: 'failed',
      error: {
        code: 'GENERATION_ERROR',
        message: expect.stringMatching(/the worker that made the picture was lost, twice/),
      },
    });
  });

  test('a service that is killed: another answers for its jobs; the pictures of its plain requests are given up', async () => {
    const [api] = await start(1);
    const other = await scaled.api();
    await isServed(other);
    const plain = postEdit(api.url, goodForm(ENDLESS)).catch(() => null);
    await metricReaches(other.url, 'qwen_edit_pictures_in_flight', 1);
    const { id } = await submitJob(api.url, { n: '2' });
    await api.kill();
    await plain;
    // The endless one would else be before it.
    expect((await jobEnds(other.url, id)).status).toBe('succeeded');
    await metricReaches(other.url, 'qwen_edit_pictures_in_flight', 0);
  });

  test('Redis ends and starts again, with appendonly: nothing that was accepted is lost; meanwhile 503 says why', async () => {
    const [api] = await start(1, '--appendonly', 'yes', '--appendfsync', 'always');
    const running = await submitJob(api.url, { ...LONG, progress: 'true' });
    await jobRuns(api.url, running.id);
    const waiting = await submitJob(api.url, { n: '2' });
    const plain = postEdit(api.url, goodForm());
    await metricReaches(api.url, 'qwen_edit_queue_depth_jobs', 2);
    await scaled.redis.stop();
    await eventually(async () => (await fetch(`${api.url}/ready`)).status === 503);
    expect((await fetch(`${api.url}/health`)).status).toBe(200);
    const refused = await postEdit(api.url, goodForm());
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await refused.text()).toContain('The job queue is unavailable: Redis can not be reached');
    expect((await fetch(`${api.url}/v1/images/edits/${waiting.id}`)).status).toBe(503);
    await scaled.redis.startAgain();
    await isServed(api);
    for (const { id } of [running, waiting]) expect((await jobEnds(api.url, id)).status).toBe('succeeded');
    expect((await plain).status).toBe(200);
  });

  test('Redis goes while a service drains: its clients are told, and it ends as it should', async () => {
    scaled = await ScaledService.start();
    const api = await scaled.api({ SHUTDOWN_GRACE_SECONDS: '3' });
    await scaled.worker();
    await isServed(api);
    const plain = postEdit(api.url, goodForm(ENDLESS));
    await metricReaches(api.url, 'qwen_edit_pictures_in_flight', 1);
    const ended = api.stop();
    await api.until(() => api.log.includes('Ending'));
    await scaled.redis.stop();
    const answer = await plain;
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('The service is shutting down');
    expect((await ended).code).toBe(0);
  });

  test('Redis is full: 503 says so, and nothing is left half written; with room again it goes on', async () => {
    const [api] = await start(1, '--maxmemory-policy', 'noeviction');
    const redis = new Redis(scaled.redis.url);
    const { id } = await submitJob(api.url, { ...LONG, progress: 'true' });
    await jobRuns(api.url, id);
    await redis.config('SET', 'maxmemory', '1');
    const refused = await postEdit(api.url, goodForm(), { 'idempotency-key': 'no-room' });
    expect(refused.status).toBe(503);
    expect(await refused.text()).toContain('Redis has no memory left');
    expect((await fetch(`${api.url}/health`)).status).toBe(200);
    expect((await redis.keys('qwen-edit:job:*')).every((key) => key.includes(id))).toBe(true);
    expect(await redis.exists('qwen-edit:name:no-room')).toBe(0);
    await redis.config('SET', 'maxmemory', '0');
    redis.disconnect();
    expect((await jobEnds(api.url, id)).status).toBe('succeeded');
    expect((await postEdit(api.url, goodForm())).status).toBe(200);
  });

  test('a Redis that hangs: 503 in time, /health stays; when it goes on, so does all that was accepted', async () => {
    const [api] = await start(1);
    const { id } = await submitJob(api.url, { ...LONG, n: '3' });
    process.kill(scaled.redis.pid, 'SIGSTOP');
    const refused = postEdit(api.url, goodForm());
    expect((await fetch(`${api.url}/health`)).status).toBe(200);
    expect((await refused).status).toBe(503);
    expect(await (await refused).text()).toContain('Redis does not answer');
    process.kill(scaled.redis.pid, 'SIGCONT');
    expect((await jobEnds(api.url, id)).status).toBe('succeeded');
    const redis = new Redis(scaled.redis.url);
    // What was sent while it hung was taken back.
    await eventually(async () => (await redis.hlen('qwen-edit:reservations')) === 0);
    redis.disconnect();
    expect((await postEdit(api.url, goodForm())).status).toBe(200);
  });

  test('a worker that was given up and comes back with its picture: it is dropped', async () => {
    const [api, workers] = await start(2);
    const { id } = await submitJob(api.url, { ...LONG, n: '2', progress: 'true' });
    await jobRuns(api.url, id);
    const frozen = await busyOf(workers);
    process.kill(frozen.pid, 'SIGSTOP');
    const ended = await jobEnds(api.url, id);
    expect(ended.status).toBe('succeeded');
    const events = await allEvents(await fetch(`${api.url}/v1/images/edits/${id}/events`));
    process.kill(frozen.pid, 'SIGCONT');
    await eventually(() => frozen.log.includes('leaves picture'));
    expect((await getJob(api.url, id)).result?.data).toEqual(ended.result?.data);
    expect(await allEvents(await fetch(`${api.url}/v1/images/edits/${id}/events`))).toEqual(events);
    // It works again.
    await jobEnds(api.url, (await submitJob(api.url, { n: '4' })).id);
  });

  test('workers are drained one by one under load: no request fails', async () => {
    const [api, workers] = await start(1);
    const answers: Promise<number>[] = [];
    const over = new AbortController();
    const load = (async () => {
      while (!over.signal.aborted) {
        const posted = postEdit(api.url, goodForm({ num_inference_steps: '20', size: '256x256' }));
        answers.push(posted.then(async (response) => ((await response.json()) as EditBody).data.length));
        await posted;
      }
    })();
    for (let round = 0; round < 2; round += 1) {
      const old = workers.shift();
      workers.push(await scaled.worker());
      await old?.stop();
    }
    over.abort();
    await load;
    expect(await Promise.all(answers)).toEqual(answers.map(() => 1));
  });

  test('a job of a newer version of the service is left alone, and its events of unknown kinds are skipped', async () => {
    const [api] = await start(1);
    const redis = new Redis(scaled.redis.url);
    const { id } = await submitJob(api.url);
    await jobEnds(api.url, id);
    await redis.hset(`qwen-edit:job:${id}`, 'a-field-of-tomorrow', 'x');
    await redis.xadd(`qwen-edit:job:${id}:events`, '900-0', 'type', 'tomorrow', 'at', '0', 'body', '{}');
    expect((await getJob(api.url, id)).status).toBe('succeeded');
    const events = await allEvents(await fetch(`${api.url}/v1/images/edits/${id}/events`));
    expect(events.map(({ name }) => name)).toEqual(['image_edit.completed']);
    await redis.hset(`qwen-edit:job:${id}`, 'v', '99');
    const response = await fetch(`${api.url}/v1/images/edits/${id}`);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('a newer version of the service');
    redis.disconnect();
  });

  test('what lies in Redis is input: a record that was tampered with fails its job, and nothing else', async () => {
    const [api] = await start(1);
    const redis = new Redis(scaled.redis.url);
    const blocker = await submitJob(api.url, ENDLESS);
    await jobRuns(api.url, blocker.id);
    const { id } = await submitJob(api.url);
    const edit = JSON.parse((await redis.hget(`qwen-edit:job:${id}`, 'edit')) ?? '') as Record<string, unknown>;
    await redis.hset(`qwen-edit:job:${id}`, 'edit', JSON.stringify({ ...edit, settings: { prompt: 7 } }));
    await fetch(`${api.url}/v1/images/edits/${blocker.id}`, { method: 'DELETE' });
    await eventually(async () => (await redis.hget(`qwen-edit:job:${id}`, 'status')) === 'failed');
    await redis.hset(`qwen-edit:job:${id}`, 'edit', JSON.stringify(edit));
    expect(await getJob(api.url, id)).toMatchObject({ error: { message: expect.stringMatching(/record is damaged/) } });
    await redis.hset(`qwen-edit:job:${id}`, 'edit', '7');
    const damaged = await fetch(`${api.url}/v1/images/edits/${id}`);
    expect([damaged.status, await damaged.text()]).toEqual([
      500,
      expect.stringContaining('record is damaged') as unknown,
    ]);
    redis.disconnect();
    expect((await jobUntil(api.url, (await submitJob(api.url)).id, ({ finished_at: at }) => at !== null)).status).toBe(
      'succeeded',
    );
  });
});
