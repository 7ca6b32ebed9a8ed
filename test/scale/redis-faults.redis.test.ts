import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { goodForm, postEdit } from '../support/edit-form.js';
import { allEvents } from '../support/event-stream.js';
import { expectError } from '../support/expect-error.js';
import {
  deleteJob,
  ENDLESS,
  getJob,
  type JobBody,
  jobEnds,
  jobRuns,
  jobUntil,
  LONG,
  submitJob,
} from '../support/jobs.js';
import { metricReaches } from '../support/metrics.js';
import { reportFault, secondsSince } from '../support/redis/report-fault.js';
import { eventually, isServed, ScaledService } from '../support/redis/scaled.js';
import type { TestServer } from '../support/server.js';

/** A busy machine takes its time for them. */
const SECONDS = 1000;
jest.setTimeout(180 * SECONDS);

/** How often the text stands in a log. */
const times = ({ log }: TestServer, text: string): number => log.split(text).length - 1;

/** A job at the worker's engine, which is held until it may go on: whatever is done meanwhile finds it running. */
async function heldJob(api: TestServer, { enginePid }: TestServer): Promise<{ running: JobBody; goOn: () => void }> {
  process.kill(enginePid, 'SIGSTOP');
  const running = await submitJob(api.url, { num_inference_steps: '20' });
  await jobUntil(api.url, running.id, ({ status }) => status === 'running');
  return { running, goOn: () => void process.kill(enginePid, 'SIGCONT') };
}

describe('faults of Redis', () => {
  let scaled: ScaledService;
  const start = async (...redisOptions: string[]): Promise<{ api: TestServer; worker: TestServer }> => {
    scaled = await ScaledService.start(...redisOptions);
    const {
      api,
      workers: [worker],
    } = await scaled.served(1);
    if (worker === undefined) throw new Error('There is no worker');
    return { api, worker };
  };
  afterEach(() => scaled.stop());

  test('Redis ends and starts again, with appendonly: nothing that was accepted is lost; meanwhile 503 says why', async () => {
    const { api, worker } = await start('--appendonly', 'yes', '--appendfsync', 'always');
    const { running, goOn } = await heldJob(api, worker);
    const waiting = await submitJob(api.url, { n: '2' });
    const plain = postEdit(api.url, goodForm());
    const streamed = await postEdit(api.url, goodForm({ stream: 'true' }));
    const leaving = new AbortController();
    const left = await fetch(`${api.url}/v1/images/edits`, {
      ...{ method: 'POST', body: goodForm({ stream: 'true' }), signal: leaving.signal },
    });
    await metricReaches(api.url, 'qwen_edit_queue_depth_jobs', 4);
    await scaled.redis.stop();
    await eventually(async () => (await fetch(`${api.url}/ready`)).status === 503);
    // What the log would say of its edit can't be asked for.
    leaving.abort();
    await expect(left.text()).rejects.toThrow();
    await eventually(() => api.log.includes('cut=true'));
    expect((await fetch(`${api.url}/health`)).status).toBe(200);
    const refused = await postEdit(api.url, goodForm());
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await refused.text()).toContain('The job queue is unavailable: Redis can not be reached');
    expect((await fetch(`${api.url}/v1/images/edits/${waiting.id}`)).status).toBe(503);
    const all = [api, worker];
    // A process that doesn't try to connect meanwhile hears nothing of it.
    await eventually(() => all.every((process) => process.log.includes("Redis can't be reached")));
    await scaled.redis.startAgain();
    await isServed(api);
    goOn();
    for (const { id } of [running, waiting]) expect((await jobEnds(api.url, id)).status).toBe('succeeded');
    expect((await plain).status).toBe(200);
    expect((await allEvents(streamed)).at(-1)?.name).toBe('image_edit.completed');
    await eventually(() => all.every((process) => process.log.includes('Redis works again')));
    for (const { log } of all) {
      const told = [...log.matchAll(/Redis can't be reached: .*/g)].map(([text]) => text);
      expect(told).toEqual([...new Set(told)]);
    }
    reportFault(
      'SIGTERM to Redis (appendonly, fsync always) with a job running, one waiting and a plain request; started again',
      'meanwhile 503 "Redis can not be reached", /ready 503, /health 200; then all three done; one line of log a process at its begin and its end',
    );
  });

  test('Redis goes while a service drains: its clients are told, and it ends as it should', async () => {
    scaled = await ScaledService.start();
    const api = await scaled.api({ SHUTDOWN_GRACE_SECONDS: '3' });
    await scaled.worker();
    await isServed(api);
    const plain = postEdit(api.url, goodForm(ENDLESS));
    await metricReaches(api.url, 'qwen_edit_pictures_in_flight', 1);
    const streamed = await postEdit(api.url, goodForm({ stream: 'true' }));
    const cut = streamed.text().catch(() => 'cut');
    const ended = api.stop();
    await api.until(() => api.log.includes('Ending'));
    await scaled.redis.stop();
    const answer = await plain;
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('The service is shutting down');
    expect(await cut).not.toContain('image_edit.completed');
    expect((await ended).code).toBe(0);
    reportFault(
      'SIGTERM to a service in a plain request, then to Redis',
      '503 "The service is shutting down", exit code 0',
    );
  });

  test('Redis is full: 503 says so, nothing is left half written, the log tells it once; with room again it goes on', async () => {
    const { api, worker } = await start('--maxmemory-policy', 'noeviction');
    const redis = new Redis(scaled.redis.url);
    const {
      running: { id },
      goOn,
    } = await heldJob(api, worker);
    await redis.config('SET', 'maxmemory', '1');
    const refused = await postEdit(api.url, goodForm(), { 'idempotency-key': 'no-room' });
    expect(refused.status).toBe(503);
    expect(await refused.text()).toContain('Redis has no memory left');
    expect((await fetch(`${api.url}/health`)).status).toBe(200);
    expect((await redis.keys('qwen-edit:job:*')).every((key) => key.includes(id))).toBe(true);
    expect(await redis.exists('qwen-edit:name:no-room')).toBe(0);
    const all = [api, worker];
    const full = 'qwen_edit_redis_failed_commands_total{fault="full"}';
    // Long enough that what is told each time would be told often.
    for (const { url } of all) await metricReaches(url, full, 12);
    for (const { url } of all) await metricReaches(url, 'qwen_edit_redis_fault{fault="full"}', 1);
    // The log comes through another pipe than the metrics.
    await eventually(() => all.every((process) => times(process, 'Redis has no memory left') > 0));
    expect(all.map((process) => times(process, 'Redis has no memory left'))).toEqual([1, 1]);
    expect(all.map((process) => process.log.includes('OOM'))).toEqual([false, false]);
    goOn();
    await redis.config('SET', 'maxmemory', '0');
    redis.disconnect();
    expect((await jobEnds(api.url, id)).status).toBe('succeeded');
    expect((await postEdit(api.url, goodForm())).status).toBe(200);
    await eventually(() => all.every((process) => process.log.includes('Redis works again')));
    const failed = /(\d+) commands have failed/.exec(worker.log)?.[1] ?? '';
    reportFault(
      'maxmemory 1 (noeviction) with a job running, then 0 again',
      `503 "Redis has no memory left", no key of what was refused; then the job and an edit succeed; one line of log a process for ${failed} commands of the worker that failed`,
    );
  });

  test('a Redis that hangs: 503 in time, /health stays; when it goes on, so does all that was accepted', async () => {
    const { api } = await start();
    const { id } = await submitJob(api.url, { ...LONG, n: '3' });
    process.kill(scaled.redis.pid, 'SIGSTOP');
    const askedAt = performance.now();
    const refused = postEdit(api.url, goodForm());
    expect((await fetch(`${api.url}/health`)).status).toBe(200);
    expect((await refused).status).toBe(503);
    const took = secondsSince(askedAt);
    expect(await (await refused).text()).toContain('Redis does not answer');
    process.kill(scaled.redis.pid, 'SIGCONT');
    expect((await jobEnds(api.url, id)).status).toBe('succeeded');
    const redis = new Redis(scaled.redis.url);
    // What was sent while it hung was taken back.
    await eventually(async () => (await redis.hlen('qwen-edit:reservations')) === 0);
    redis.disconnect();
    expect((await postEdit(api.url, goodForm())).status).toBe(200);
    reportFault(
      'SIGSTOP to Redis with a job of 3 pictures running, then SIGCONT',
      `503 "Redis does not answer" after ${took}, /health 200; then the job and an edit succeed, no place in line stays taken`,
    );
  });

  test('what lies in Redis is input: a record that was tampered with fails its job, and nothing else; DELETE removes it', async () => {
    const { api } = await start();
    const redis = new Redis(scaled.redis.url);
    const blocker = await submitJob(api.url, ENDLESS);
    await jobRuns(api.url, blocker.id);
    const { id } = await submitJob(api.url);
    const edit = JSON.parse((await redis.hget(`qwen-edit:job:${id}`, 'edit')) ?? '') as Record<string, unknown>;
    await redis.hset(`qwen-edit:job:${id}`, 'edit', JSON.stringify({ ...edit, settings: { prompt: 7 } }));
    await deleteJob(api.url, blocker.id);
    await eventually(async () => (await redis.hget(`qwen-edit:job:${id}`, 'status')) === 'failed');
    await redis.hset(`qwen-edit:job:${id}`, 'edit', JSON.stringify(edit));
    expect(await getJob(api.url, id)).toMatchObject({ error: { message: expect.stringMatching(/record is damaged/) } });
    await redis.hset(`qwen-edit:job:${id}`, 'edit', '7');
    const damaged = {
      status: 500,
      code: 'JOB_DAMAGED',
      message: "The job's record is damaged and can't be read; deleting the job removes it",
      param: null,
    };
    for (const path of [id, `${id}/events`]) {
      const answer = await fetch(`${api.url}/v1/images/edits/${path}`);
      expect(answer.headers.get('x-should-retry')).toBe('false');
      await expectError(answer, damaged);
    }
    const removed = await deleteJob(api.url, id);
    expect([removed.status, await removed.text()]).toEqual([204, '']);
    expect(await redis.keys(`qwen-edit:*${id}*`)).toEqual([]);
    expect((await deleteJob(api.url, id)).status).toBe(404);
    redis.disconnect();
    expect((await jobUntil(api.url, (await submitJob(api.url)).id, ({ finished_at: at }) => at !== null)).status).toBe(
      'succeeded',
    );
    reportFault(
      "a waiting job's record changed by hand, and once more after its end",
      'its job fails as GENERATION_ERROR; GET 500 JOB_DAMAGED; DELETE 204, then 404, no key left; the next job succeeds',
    );
  });
});
