import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import { RedisClients } from '../../../src/redis/redis-clients.js';
import { createRedisDriver } from '../../../src/jobs/redis/redis-driver.js';
import { type RedisServer, startRedis } from '../../../scripts/support/redis-server.mjs';
import { driverSuite } from '../driver-suite.js';

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.remove());

driverSuite('the redis driver', async (parts) => {
  const clients = new RedisClients({ url: redis.url, lostSeconds: 5 }, `test-${randomUUID()}:`);
  await clients.ready();
  const driver = createRedisDriver({ ...parts, redis: clients });
  const close = async (): Promise<void> => {
    await driver.close();
    clients.close();
  };
  return { driver, close };
});
