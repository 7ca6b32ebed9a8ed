// @ts-check
/** What drivers of simulated services are made with. */
import { register } from 'tsx/esm/api';

register();
const { RedisClients } = await import('../../src/redis/redis-clients.js');
const { createRedisDriver } = await import('../../src/jobs/redis/redis-driver.js');
const { NoTracing } = await import('../../src/tracing/tracing.js');

export const SIMULATED_MODEL = 'simulated';
/** Width and height of all pictures. */
export const SIMULATED_PIXELS = 1024;
const UNBOUNDED = 1e9;
const LOST_AFTER_SECONDS = 15;

/**
 * A driver with connections of its own, as each process of a fleet has it; with the default settings, but for the length of the
 * queue. Resolves once it has reached Redis.
 * @param {string} url of Redis
 */
export async function startDriver(url) {
  const redis = new RedisClients({ url, lostSeconds: LOST_AFTER_SECONDS });
  const driver = createRedisDriver({
    limits: {
      queueLimit: UNBOUNDED,
      requestTimeoutSeconds: 300,
      jobTimeoutSeconds: 3600,
      retentionSeconds: 3600,
      retentionBytes: UNBOUNDED,
    },
    uploadsMaxBytes: UNBOUNDED,
    // The workers sleep: none looks at its input.
    decoder: { decode: () => Promise.resolve({ references: [], masked: null }) },
    redis,
    servedModel: () => SIMULATED_MODEL,
    models: () => [SIMULATED_MODEL],
    // Nobody scrapes hundreds of services in one process.
    metrics: /** @type {any} */ ({ cancelled: () => undefined, measureQueue: () => undefined }),
    tracing: new NoTracing(),
  });
  await redis.ready();
  const close = async () => {
    await driver.close();
    redis.close();
  };
  return { driver, close };
}
