import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import { RedisClients } from '../../../src/redis/redis-clients.js';
import { createRedisDriver } from '../../../src/jobs/redis/redis-driver.js';
import { RedisServer } from '../../support/redis/redis-server.js';
import { driverSuite } from '../driver-suite.js';

let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
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
