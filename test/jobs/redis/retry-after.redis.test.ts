import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { QueueFullError } from '../../../src/jobs/queue-errors.js';
import { type RedisServer, startRedis } from '../../../scripts/support/redis-server.mjs';
import { DriverBench } from '../driver/driver-bench.js';
import { redisDriverFactory } from '../driver/redis-driver-factory.js';
import { editJob } from '../edit-jobs.js';

/** What the one picture that was made has taken. */
const PICTURE_SECONDS = 9;

let server: RedisServer;
const services: DriverBench[] = [];
beforeAll(async () => {
  server = await startRedis();
  for (let service = 0; service < 2; service += 1) {
    services.push(await DriverBench.open(redisDriverFactory(server.url, 'test:'), { limits: { queueLimit: 1 } }));
  }
});
afterAll(async () => {
  await Promise.all(services.map((service) => service.close()));
  await server.remove();
});

test('clients that several services refuse are told to come one after the other, as by one service', async () => {
  const [one] = services;
  await one?.submit(editJob(1));
  await one?.work(PICTURE_SECONDS);
  await one?.submit(editJob(1));
  await one?.submit(editJob(1));
  const told: number[] = [];
  for (let asked = 0; asked < 6; asked += 1) {
    const refused: unknown = await services[asked % 2]?.driver.jobs.reserve(60).catch((error: unknown) => error);
    if (!(refused instanceof QueueFullError)) throw new Error('It was let in');
    told.push(refused.retryAfterSeconds);
  }
  // The first tells when there is room for one.
  const apart = told.slice(2).map((seconds, at) => seconds - (told[at + 1] ?? NaN));
  // Asking takes some of it; services that don't know of one another would tell the same time twice.
  for (const seconds of apart) expect(seconds).toBeGreaterThan(PICTURE_SECONDS / 2);
});
