import type { JobLimits } from '../../config/settings.js';
import type { Metrics } from '../../metrics/metrics.service.js';
import type { Tracing } from '../../tracing/tracing.js';
import type { DriverParts } from '../job-driver.js';
import { HeldJobs } from './held-jobs.js';
import { JobEnds } from './job-ends.js';
import { processKey } from './keys.js';
import type { ChannelWatch } from '../../redis/channel-watch.js';
import { PictureQueues } from './picture-queues.js';
import type { RedisClients } from '../../redis/redis-clients.js';
import { ScriptRunner } from '../../redis/script-runner.js';
import { scriptLimits } from './script-limits.js';

/** What both sides of the queue and the stores share. */
export class RedisContext {
  readonly processId: string;
  readonly clients: RedisClients;
  readonly watch: ChannelWatch;
  /** What this process hears of jobs' ends. */
  readonly ends: JobEnds;
  readonly held: HeldJobs;
  readonly callers: ScriptRunner;
  readonly workers: ScriptRunner;
  readonly callersQueues: PictureQueues;
  readonly workersQueues: PictureQueues;
  readonly prefix: string;
  readonly lostSeconds: number;
  readonly limits: JobLimits;
  readonly uploadsMaxBytes: number;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  /** Places in line that requests of this process keep. */
  reservations = 0;
  private closed = false;

  constructor(clients: RedisClients, { limits, metrics, tracing, uploadsMaxBytes }: DriverParts) {
    const { lostSeconds, prefix } = clients;
    const texts = scriptLimits(limits, lostSeconds, uploadsMaxBytes);
    this.processId = clients.processId;
    this.clients = clients;
    this.prefix = prefix;
    this.lostSeconds = lostSeconds;
    this.limits = limits;
    this.uploadsMaxBytes = uploadsMaxBytes;
    this.metrics = metrics;
    this.tracing = tracing;
    this.watch = clients.watch;
    this.ends = new JobEnds(this.watch, processKey(prefix, clients.processId));
    this.held = new HeldJobs(this.ends);
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
