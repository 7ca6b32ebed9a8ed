import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type RedisServer, startRedis } from '../../../scripts/support/redis-server.mjs';
import { DriverBench } from '../driver/driver-bench.js';
import { redisDriverFactory } from '../driver/redis-driver-factory.js';
import { editJob } from '../edit-jobs.js';

const PREFIX = 'test:';

/** What may have become of a record, and what would hang or stop a script that believed it. */
const DAMAGE: readonly (readonly [string, (redis: Redis, key: string) => Promise<unknown>])[] = [
  ['an edit that is none', (redis, key) => redis.hset(key, 'edit', '7')],
  ['no fields but one', async (redis, key) => (await redis.del(key), redis.hset(key, 'a', 'b'))],
  [
    'numbers of any size',
    (redis, key) => redis.hset(key, 'edit', '', 'images', '1e15', 'next', '1e15', 'inputs', '1e15'),
  ],
  ['texts for numbers', (redis, key) => redis.hset(key, 'edit', '', 'queued', 'x', 'next', 'x', 'line', 'x y')],
  ['another type', async (redis, key) => (await redis.del(key), redis.set(key, 'not a hash'))],
];

describe('a job whose record is damaged', () => {
  let server: RedisServer;
  let redis: Redis;
  let bench: DriverBench;
  beforeEach(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
    bench = await DriverBench.open(redisDriverFactory(server.url, PREFIX));
  });
  afterEach(async () => {
    await bench.close();
    redis.disconnect();
    await server.remove();
  });

  test.each(DAMAGE)('%s: it is told to be damaged, can be removed, and stops nobody else', async (_name, damage) => {
    const { jobs } = bench.driver;
    const id = await bench.submit(editJob(1));
    const other = await bench.submit(editJob(1));
    await damage(redis, `${PREFIX}job:${id}`);
    for (const asked of [jobs.get(id), jobs.finished(id)])
      await expect(asked).rejects.toMatchObject({ kind: 'damaged' });
    expect(await jobs.remove(id)).toBe(true);
    expect(await redis.exists(`${PREFIX}job:${id}`)).toBe(0);
    expect(await redis.zscore(`${PREFIX}deadlines`, id)).toBeNull();
    expect(await jobs.get(id)).toBeNull();
    expect(await jobs.remove(id)).toBe(false);
    await jobs.leave(id);
    expect((await bench.work()).jobId).toBe(other);
    expect((await jobs.get(other))?.status).toBe('succeeded');
  });

  test('one of another type whose time is over stops no other’s time limit', async () => {
    const { jobs } = bench.driver;
    const id = await bench.submit(editJob(1), { timeoutSeconds: 1 });
    const other = await bench.submit(editJob(1), { timeoutSeconds: 1 });
    await redis.del(`${PREFIX}job:${id}`);
    await redis.set(`${PREFIX}job:${id}`, 'not a hash');
    expect((await jobs.finished(other))?.failure?.kind).toBe('timeout');
  });
});
