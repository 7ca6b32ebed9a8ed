import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import { type RedisServer, startRedis } from '../../../scripts/support/redis-server.mjs';
import { driverSuite } from '../driver-suite.js';
import { redisDriverFactory } from '../driver/redis-driver-factory.js';

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.remove());

driverSuite('the redis driver', (parts) => redisDriverFactory(redis.url, `test-${randomUUID()}:`)(parts));
