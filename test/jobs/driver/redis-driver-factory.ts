import { createRedisDriver } from '../../../src/jobs/redis/redis-driver.js';
import { RedisClients } from '../../../src/redis/redis-clients.js';
import type { DriverFactory } from './driver-bench.js';

/**
 * Makes drivers over one Redis, each with connections of its own, as each process has them.
 * @param url Redis's address
 * @param prefix of the keys that the drivers share
 * @param lostSeconds after which a process that isn't heard of counts as gone
 */
export function redisDriverFactory(url: string, prefix: string, lostSeconds = 5): DriverFactory {
  return async (parts) => {
    const clients = new RedisClients({ url, lostSeconds }, prefix);
    await clients.ready();
    const driver = createRedisDriver({ ...parts, redis: clients });
    const close = async (): Promise<void> => {
      await driver.close();
      clients.close();
    };
    return { driver, close };
  };
}
