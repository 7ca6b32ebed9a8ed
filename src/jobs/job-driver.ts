import type { JobLimits } from '../config/settings.js';
import type { Metrics } from '../metrics/metrics.service.js';
import type { RedisClients } from '../redis/redis-clients.js';
import type { Tracing } from '../tracing/tracing.js';
import type { InputDecoder } from './job-files.js';
import type { InputStore } from './input-store.js';
import type { JobQueue } from './job-queue.js';
import type { ResultStore } from './result-store.js';
import type { WorkQueue } from './work-queue.js';

/** Where jobs are kept and ordered: both sides of the queue, and the stores beside it. */
export abstract class JobDriver {
  abstract readonly jobs: JobQueue;
  abstract readonly work: WorkQueue;
  abstract readonly inputs: InputStore;
  abstract readonly results: ResultStore;

  /** The service has ended: nothing is asked of it any more. */
  abstract readonly close: () => Promise<void>;
}

/** What a driver is made from. */
export interface DriverParts {
  readonly limits: JobLimits;
  /** UPLOADS_MAX_MB, in bytes: a driver that keeps inputs elsewhere holds no more of unfinished jobs. */
  readonly uploadsMaxBytes: number;
  /** Of a driver that keeps inputs as they were uploaded. */
  readonly decoder: InputDecoder;
  /** Of the driver that keeps jobs in Redis; null: there is none. */
  readonly redis: RedisClients | null;
  /** Id of the model that workers of this process make pictures with; null while that isn't known. */
  readonly servedModel: () => string | null;
  /** Ids of all models that callers may ask for. */
  readonly models: () => readonly string[];
  /** Is told how many jobs are in line, and of each that is given up. */
  readonly metrics: Metrics;
  /** Is told of each wait in line (see traceWait). */
  readonly tracing: Tracing;
}
