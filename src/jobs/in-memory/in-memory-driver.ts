import type { DriverParts, JobDriver } from '../job-driver.js';
import { InMemoryInputStore } from './in-memory-input-store.js';
import { InMemoryJobQueue } from './in-memory-job-queue.js';
import { InMemoryJobs } from './in-memory-jobs.js';
import { InMemoryResultStore } from './in-memory-result-store.js';
import { InMemoryWorkQueue } from './in-memory-work-queue.js';

/** Keeps jobs in this process's memory, for workers of this process. */
export function createInMemoryDriver(parts: DriverParts): JobDriver {
  const inputs = new InMemoryInputStore();
  const results = new InMemoryResultStore();
  const jobs = new InMemoryJobs(parts.limits, inputs, results);
  const close = (): Promise<void> => Promise.resolve();
  return { jobs: new InMemoryJobQueue(jobs, parts), work: new InMemoryWorkQueue(jobs), inputs, results, close };
}
