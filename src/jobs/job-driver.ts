import type { JobLimits } from '../config/settings.js';
import type { Metrics } from '../metrics/metrics.service.js';
import type { Tracing } from '../tracing/tracing.js';
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
}

/** What a driver is made from. */
export interface DriverParts {
  readonly limits: JobLimits;
  /** Is told how many jobs are in line, and of each that is given up. */
  readonly metrics: Metrics;
  /** Is told of each wait in line (see traceWait). */
  readonly tracing: Tracing;
}
