import { type PictureTurn, WorkQueue } from '../work-queue.js';
import type { InMemoryJobs } from './in-memory-jobs.js';

/** Gives the pictures of this process's jobs to its workers. */
export class InMemoryWorkQueue extends WorkQueue {
  constructor(private readonly jobs: InMemoryJobs) {
    super();
  }

  take(signal: AbortSignal): Promise<PictureTurn | null> {
    return this.jobs.line.take((job) => this.jobs.begin(job), signal);
  }
}
