import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisClients } from '../../src/redis/redis-clients.js';
import { type RedisServer, startRedis } from '../../scripts/support/redis-server.mjs';
import { eventually } from '../support/redis/scaled.js';

describe('what is wrong with Redis', () => {
  let redis: RedisServer;
  let clients: RedisClients;
  let lines: string[];
  beforeEach(async () => {
    lines = [];
    const take = (text: unknown): void => void lines.push(String(text));
    Logger.overrideLogger({ error: take, log: take, warn: take });
    redis = await startRedis();
    clients = new RedisClients({ url: redis.url, lostSeconds: 5 }, 'test:');
    await clients.ready();
  });
  afterEach(async () => {
    clients.close();
    await redis.remove();
    Logger.overrideLogger(['error']);
  });

  const writes = (count: number): Promise<unknown> =>
    Promise.all(Array.from({ length: count }, () => clients.callers.set('test:a', 'x').catch(() => null)));
  const commands = (fault: string): number =>
    clients.health.figures.find((figures) => figures.fault === fault)?.commands ?? NaN;
  const now = (): string[] => clients.health.figures.filter(({ isNow }) => isNow).map(({ fault }) => fault);

  test('a full one is told once, its end once; each command that failed is counted, what is read is none', async () => {
    const operator = new Redis(redis.url);
    await operator.config('SET', 'maxmemory', '1');
    await writes(30);
    // Whether it is over was looked for, too.
    await eventually(() => commands('full') > 31);
    await clients.callers.get('test:a');
    expect(now()).toEqual(['full']);
    expect(lines).toEqual(['Redis has no memory left']);
    await operator.config('SET', 'maxmemory', '0');
    await eventually(() => now().length === 0);
    expect(lines).toEqual([
      'Redis has no memory left',
      expect.stringMatching(/^Redis works again, after [\d.]+ s; \d+ commands have failed$/),
    ]);
    await operator.config('SET', 'maxmemory', '1');
    await writes(1);
    expect(lines.slice(2)).toEqual(['Redis has no memory left']);
    operator.disconnect();
  });

  test('one that is away is told once for all connections and commands, with why', async () => {
    let refused = 0;
    for (const client of [clients.callers, clients.workers, clients.subscriber])
      client.on('error', () => (refused += 1));
    await redis.stop();
    await writes(30);
    await eventually(() => refused > 9);
    expect(commands('away')).toBeGreaterThanOrEqual(30);
    expect(now()).toEqual(['away']);
    expect(lines).toContainEqual(
      expect.stringMatching(/^Redis can't be reached: connect ECONNREFUSED 127\.0\.0\.1:\d+$/),
    );
    // A connection may be lost in more than one way.
    expect(lines).toEqual([...new Set(lines)]);
    const before = lines.length;
    await redis.startAgain();
    await eventually(() => now().length === 0);
    expect(lines.slice(before)).toEqual([expect.stringMatching(/^Redis works again/)]);
  });

  test('what a command itself is at fault of is no fault of Redis', async () => {
    await clients.callers.set('test:a', 'x');
    await expect(clients.callers.hget('test:a', 'field')).rejects.toThrow(/WRONGTYPE/);
    expect(now()).toEqual([]);
    expect(lines).toEqual([]);
  });
});
