import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import { createRedisDriver } from '../../../src/jobs/redis/redis-driver.js';
import { RedisServer } from '../../support/redis/redis-server.js';
import { driverSuite } from '../driver-suite.js';

let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(() => redis.remove());

driverSuite('the redis driver', async (parts) => {
  const settings = { url: redis.url, lostSeconds: 5 };
  const driver = createRedisDriver({ ...parts, redis: settings }, `test-${randomUUID()}:`);
  await driver.ready();
  return { driver, close: () => driver.close() };
});
