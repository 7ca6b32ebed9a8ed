import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { goodForm, postEdit } from '../support/edit-form.js';
import { allEvents } from '../support/event-stream.js';
import { ENDLESS, getJob, jobEnds, jobRuns, LONG, submitJob } from '../support/jobs.js';
import { metricReaches } from '../support/metrics.js';
import { reportFault, secondsSince } from '../support/redis/report-fault.js';
import { busyOf, eventually, heldInStep, isServed, ScaledService } from '../support/redis/scaled.js';
import type { TestServer } from '../support/server.js';

/** A busy machine takes its time for them. */
const SECONDS = 1000;
jest.setTimeout(180 * SECONDS);

/** The library that faketime has programs load; started by itself it stays between a program and who ends it. */
const library = spawnSync('faketime', ['-f', '+1h', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' });
const hasFaketime = library.status === 0;
if (!hasFaketime) {
  console.warn('skipped: no faketime is installed for a clock that is off (Debian: apt-get install faketime)');
}

describe('faults of services and workers', () => {
  let scaled: ScaledService;
  const start = async (workers: number): Promise<{ api: TestServer; workers: TestServer[] }> => {
    scaled = await ScaledService.start();
    return scaled.served(workers);
  };
  afterEach(() => scaled.stop());

  test('a worker that is killed in a step: its picture is made once more elsewhere, the same; the second time it has failed', async () => {
    const { api, workers } = await start(2);
    const form = { ...LONG, progress: 'true' };
    const right = await jobEnds(api.url, (await submitJob(api.url, form)).id);
    for (const worker of workers) worker.holdEngine();
    const { id } = await submitJob(api.url, form);
    const first = await heldInStep(api, workers, id);
    const others = workers.filter((worker) => worker !== first);
    const killedAt = performance.now();
    await killHeld(first);
    for (const worker of others) worker.letEngineGoOn();
    const ended = await jobEnds(api.url, id);
    expect(ended.status).toBe('succeeded');
    expect(ended.result?.data).toEqual(right.result?.data);
    reportFault(
      'SIGKILL to one of two workers in a step',
      `the other made the picture, the same to the byte, ${secondsSince(killedAt)} after the kill`,
    );
    const deadly = (await submitJob(api.url, { ...LONG, size: '1024x1024', progress: 'true' })).id;
    await jobRuns(api.url, deadly);
    await (await busyOf(others)).kill();
    const third = await scaled.worker();
    await eventually(() => third.log.includes('takes picture'));
    await third.kill();
    await scaled.worker();
    const failed = await jobEnds(api.url, deadly);
    expect(failed).toMatchObject({
      status: 'failed',
      error: {
        code: 'GENERATION_ERROR',
        message: expect.stringMatching(/the worker that made the picture was lost, twice/),
      },
    });
    reportFault(
      'SIGKILL to the worker, then to the next at the same picture',
      `${String(failed.error?.['code'])}: ${String(failed.error?.['message'])}`,
    );
  });

  test('a service that is killed: another answers for its jobs; the pictures of its plain requests are given up', async () => {
    const { api } = await start(1);
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
    reportFault(
      'SIGKILL to one of two services with a plain request of 40 pictures and a job of 2',
      'the other service told of the job until it succeeded; the 40 pictures were given up',
    );
  });

  test('a worker that was given up and comes back with its picture: it is dropped', async () => {
    const { api, workers } = await start(2);
    for (const worker of workers) worker.holdEngine();
    const { id } = await submitJob(api.url, { ...LONG, n: '2', progress: 'true' });
    const frozen = await heldInStep(api, workers, id);
    process.kill(frozen.pid, 'SIGSTOP');
    // Its engine makes the picture meanwhile, as the other's does.
    for (const worker of workers) worker.letEngineGoOn();
    const ended = await jobEnds(api.url, id);
    expect(ended.status).toBe('succeeded');
    const events = await allEvents(await fetch(`${api.url}/v1/images/edits/${id}/events`));
    process.kill(frozen.pid, 'SIGCONT');
    await eventually(() => frozen.log.includes('leaves picture'));
    expect((await getJob(api.url, id)).result?.data).toEqual(ended.result?.data);
    expect(await allEvents(await fetch(`${api.url}/v1/images/edits/${id}/events`))).toEqual(events);
    // It works again.
    await jobEnds(api.url, (await submitJob(api.url, { n: '4' })).id);
    reportFault(
      'SIGSTOP to a worker in a picture until another had made it, then SIGCONT',
      `the same ${ended.result?.data.length} results and ${events.length} events before and after; it took further pictures`,
    );
  });

  test('workers are drained one by one under load: no request fails', async () => {
    // However busy the machine is, nobody is thought to be lost.
    const env = { LOST_AFTER_SECONDS: '60' };
    scaled = await ScaledService.start();
    const { api, workers } = await scaled.served(1, env);
    const failed: string[] = [];
    const over = new AbortController();
    let edits = 0;
    const load = async (): Promise<void> => {
      for (; !over.signal.aborted; edits += 1) {
        const response = await postEdit(api.url, goodForm({ num_inference_steps: '20', size: '256x256' }));
        const text = await response.text();
        if (response.status !== 200) failed.push(text);
      }
    };
    const loads = [load(), load()];
    for (let round = 0; round < 2; round += 1) {
      const next = await scaled.worker(env);
      // As an orchestrator waits for it.
      await isServed(next);
      await workers.shift()?.stop();
      workers.push(next);
    }
    over.abort();
    await Promise.all(loads);
    expect(failed).toEqual([]);
    expect(edits).toBeGreaterThan(0);
    reportFault('twice under load: a worker started, SIGTERM to the old one', `${edits} edits, each 200`);
  });

  (hasFaketime ? test : test.skip)('a worker whose clock is off by an hour makes pictures like any other', async () => {
    scaled = await ScaledService.start();
    const api = await scaled.api();
    const ahead = { LD_PRELOAD: library.stdout.trim(), FAKETIME: '+1h', DONT_FAKE_MONOTONIC: '1' };
    const late = await scaled.worker(ahead);
    await isServed(api);
    const ended = await jobEnds(api.url, (await submitJob(api.url, { n: '2' })).id);
    expect(ended.status).toBe('succeeded');
    const now = Date.now() / 1000;
    for (const time of [ended.created_at, ended.started_at, ended.finished_at])
      expect(Math.abs((time ?? NaN) - now)).toBeLessThan(1800);
    // Neither the one nor the other is thought to be lost.
    const right = await scaled.worker();
    late.holdEngine();
    const { id } = await submitJob(api.url, { n: '4' });
    await eventually(() => [late, right].every((worker) => worker.log.includes('takes picture')));
    late.letEngineGoOn();
    expect((await jobEnds(api.url, id)).status).toBe('succeeded');
    expect(hoursAhead(late)).toBe(1);
    reportFault(
      'a worker under faketime +1h, then a second one with the right time',
      'two jobs of 2 and 4 pictures succeeded; all times are those of Redis',
    );
  });

  test('a job of a newer version of the service is left alone, and its events of unknown kinds are skipped', async () => {
    const { api } = await start(1);
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
    const { error } = (await response.json()) as { readonly error: { readonly message: string } };
    expect(error.message).toContain('a newer version of the service');
    reportFault(
      'a field and an event of a later version in a record; then its version set to 99',
      `the field and the event are passed over; 503: ${error.message}`,
    );
    redis.disconnect();
  });
});

/** Kills a worker whose engine is stopped: that ends with it once it goes on. */
async function killHeld(worker: TestServer): Promise<void> {
  await worker.kill();
  worker.letEngineGoOn();
}

/** By how much the worker's clock is ahead of this one. */
function hoursAhead({ log }: TestServer): number {
  const last = [...log.matchAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g)].at(-1)?.[0] ?? '';
  return Math.round((Date.parse(last) - Date.now()) / 3_600_000);
}
