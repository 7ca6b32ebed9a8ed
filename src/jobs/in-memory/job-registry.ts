import type { JobLimits } from '../../config/settings.js';
import type { ResultStore } from '../result-store.js';
import type { InMemoryJob } from './in-memory-job.js';

/** Every job that can be asked for. Those that have ended and that nobody holds are kept for a while, within a limit in bytes. */
export class JobRegistry {
  private readonly jobs = new Map<string, InMemoryJob>();
  private readonly names = new Map<string, InMemoryJob>();
  /** Ended and held by nobody, the oldest first, with the timer that ends their time. */
  private readonly kept = new Map<InMemoryJob, NodeJS.Timeout>();
  private keptBytes = 0;

  constructor(
    private readonly limits: JobLimits,
    private readonly store: ResultStore,
  ) {}

  add(job: InMemoryJob): void {
    this.jobs.set(job.id, job);
    if (job.name !== null) this.names.set(job.name.key, job);
  }

  get(id: string): InMemoryJob | undefined {
    return this.jobs.get(id);
  }

  named(key: string): InMemoryJob | undefined {
    return this.names.get(key);
  }

  live(): InMemoryJob[] {
    return [...this.jobs.values()].filter(({ isLive }) => isLive);
  }

  /** Somebody needs the job: it is not forgotten until he releases it. */
  hold(job: InMemoryJob): void {
    job.holders += 1;
    this.unkeep(job);
  }

  release(job: InMemoryJob): void {
    job.holders -= 1;
  }

  /** Looks again whether a job is to be kept or forgotten, after it has ended or somebody has left it. */
  settle(job: InMemoryJob): void {
    if (job.isLive) return;
    // Asking again is allowed after a cancellation.
    if (job.status === 'cancelled') this.forgetName(job);
    if (job.holders > 0 || this.kept.has(job)) return;
    if (!job.isDetached && (job.name === null || job.status === 'cancelled')) {
      this.forget(job);
      return;
    }
    const endedMilliseconds = Date.now() - (job.snapshot().finishedAt?.getTime() ?? 0);
    const timer = setTimeout(() => this.forget(job), this.limits.retentionSeconds * 1000 - endedMilliseconds);
    timer.unref();
    this.kept.set(job, timer);
    this.keptBytes += job.keptBytes;
    for (const [oldest] of this.kept) {
      if (this.keptBytes <= this.limits.retentionBytes) break;
      this.forget(oldest);
    }
  }

  private forget(job: InMemoryJob): void {
    this.unkeep(job);
    this.jobs.delete(job.id);
    this.forgetName(job);
    void this.store.delete(job.id);
  }

  private unkeep(job: InMemoryJob): void {
    const timer = this.kept.get(job);
    if (timer === undefined) return;
    clearTimeout(timer);
    this.kept.delete(job);
    this.keptBytes -= job.keptBytes;
  }

  private forgetName(job: InMemoryJob): void {
    if (job.name !== null && this.names.get(job.name.key) === job) this.names.delete(job.name.key);
  }
}
