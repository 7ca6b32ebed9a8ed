import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type RedisServer, startRedis } from '../../../scripts/support/redis-server.mjs';
import { DriverBench } from '../driver/driver-bench.js';
import { redisDriverFactory } from '../driver/redis-driver-factory.js';
import { editJob } from '../edit-jobs.js';

describe('ends of jobs, as processes hear them', () => {
  let redis: RedisServer;
  let client: Redis;
  let service: DriverBench;
  let worker: DriverBench;
  beforeAll(async () => {
    redis = await startRedis();
    client = new Redis(redis.url);
  });
  beforeEach(async () => {
    const create = redisDriverFactory(redis.url, `test-${randomUUID()}:`);
    service = await DriverBench.open(create);
    worker = await DriverBench.open(create);
  });
  afterEach(() => Promise.all([service.close(), worker.close()]));
  afterAll(async () => {
    client.disconnect();
    await redis.remove();
  });

  test('who holds a job hears of its end, and so does a process that only waits for it', async () => {
    const id = await service.submit(editJob(1));
    const heldBy = service.driver.jobs.finished(id);
    const waitedFor = worker.driver.jobs.finished(id);
    await worker.work();
    expect(await heldBy).toMatchObject({ id, status: 'succeeded' });
    expect(await waitedFor).toMatchObject({ id, status: 'succeeded' });
    // Of one that has ended nothing more is told.
    expect(await worker.driver.jobs.finished(id)).toMatchObject({ id, status: 'succeeded' });
    expect(await worker.driver.jobs.finished(randomUUID())).toBeNull();
  });

  test('a worker hears at once that its picture is wanted no longer', async () => {
    const id = await service.submit(editJob(1));
    const turn = await worker.take();
    await service.driver.jobs.leave(id);
    await service.until(() => Promise.resolve(turn.signal.aborted));
  });

  test('nothing is subscribed to for a single job that nobody follows', async () => {
    const before = await client.pubsub('CHANNELS', 'test-*');
    const id = await service.submit(editJob(1));
    const ended = service.driver.jobs.finished(id);
    const turn = await worker.take();
    expect(await client.pubsub('CHANNELS', 'test-*')).toEqual(before);
    await worker.makePicture(turn);
    await worker.finish(turn);
    await ended;
  });

  test('what was said while Redis could not be reached is looked for', async () => {
    const id = await service.submit(editJob(1));
    const ended = service.driver.jobs.finished(id);
    const turn = await worker.take();
    await worker.makePicture(turn);
    // The service hears nothing of what is said until it is connected again.
    await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await worker.finish(turn);
    expect(await ended).toMatchObject({ status: 'succeeded' });
  });
});
