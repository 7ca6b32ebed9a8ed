import { randomUUID } from 'node:crypto';
import type { JobLimits } from '../../config/settings.js';
import type { Metrics } from '../../metrics/metrics.service.js';
import type { Tracing } from '../../tracing/tracing.js';
import type { DriverParts } from '../job-driver.js';
import { HeldJobs } from './held-jobs.js';
import { JobWatch } from './job-watch.js';
import { PictureQueues } from './picture-queues.js';
import { RedisClients } from './redis-clients.js';
import { ScriptRunner, scriptLimits } from './script-runner.js';

/** What both sides of the queue and the stores share. */
export class RedisContext {
  /** This process, as others see it. */
  readonly processId = randomUUID();
  readonly clients: RedisClients;
  readonly watch: JobWatch;
  readonly held = new HeldJobs();
  readonly callers: ScriptRunner;
  readonly workers: ScriptRunner;
  readonly callersQueues: PictureQueues;
  readonly workersQueues: PictureQueues;
  readonly prefix: string;
  readonly lostSeconds: number;
  readonly limits: JobLimits;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  private closed = false;

  /** @param prefix all keys begin with it */
  constructor({ limits, metrics, redis, tracing }: DriverParts, prefix: string) {
    if (redis === null) throw new Error('REDIS_URL is not set');
    const { url, lostSeconds } = redis;
    const clients = new RedisClients(url);
    const texts = scriptLimits(limits, lostSeconds);
    this.clients = clients;
    this.prefix = prefix;
    this.lostSeconds = lostSeconds;
    this.limits = limits;
    this.metrics = metrics;
    this.tracing = tracing;
    this.watch = new JobWatch(clients.subscriber);
    this.callers = new ScriptRunner(clients.callers, prefix, texts);
    this.workers = new ScriptRunner(clients.workers, prefix, texts);
    this.callersQueues = new PictureQueues(clients.callers, prefix);
    this.workersQueues = new PictureQueues(clients.workers, prefix);
  }

  /** The driver is used no longer. */
  get isClosed(): boolean {
    return this.closed;
  }

  close(): void {
    this.closed = true;
    this.watch.close();
  }
}
