import type { DriverParts, JobDriver } from '../job-driver.js';
import { Housekeeping } from './housekeeping.js';
import { RedisContext } from './redis-context.js';
import { RedisInputStore } from './redis-input-store.js';
import { RedisJobQueue } from './redis-job-queue.js';
import { RedisResultStore } from './redis-result-store.js';
import { RedisRoom } from './redis-room.js';
import { RedisWorkQueue } from './redis-work-queue.js';
import { runningKey, waitingKey } from './keys.js';

/** Keeps jobs in Redis and has BullMQ order their pictures: for any number of services and workers. */
export function createRedisDriver(parts: DriverParts): JobDriver {
  if (parts.redis === null) throw new Error('REDIS_URL is not set');
  const context = new RedisContext(parts.redis, parts);
  const housekeeping = new Housekeeping(context);
  const inputs = new RedisInputStore(context, parts.decoder);
  const results = new RedisResultStore(context);
  const work = new RedisWorkQueue(context, parts.servedModel);
  const room = new RedisRoom(context, parts.models);
  const jobs = new RedisJobQueue(context, { work, inputs, results, housekeeping, room });
  measure(context, parts);
  const { health } = parts.redis;
  parts.metrics.measureRedis(() => health.figures);
  housekeeping.start();
  const close = async (): Promise<void> => {
    context.close();
    housekeeping.close();
    await work.close();
  };
  return { jobs, work, inputs, results, close };
}

function measure(context: RedisContext, { limits, metrics, models }: DriverParts): void {
  const { callers } = context.clients;
  // What can't be asked now is no number.
  const sum = async (count: (model: string) => Promise<number>): Promise<number> => {
    const counts = await Promise.all(models().map(count)).catch(() => [NaN]);
    return counts.reduce((all, one) => all + one, 0);
  };
  metrics.measureQueue(
    limits.queueLimit,
    () =>
      sum(async (model) => {
        const values = await callers.hvals(waitingKey(context.prefix, model));
        return values.reduce((all, value) => all + Number(value), 0);
      }),
    () => sum((model) => callers.hlen(runningKey(context.prefix, model))),
  );
}
