import type { JobLimits } from '../../config/settings.js';
import type { ResultStore } from '../result-store.js';
import type { InMemoryJob } from './in-memory-job.js';

/**
 * Every job that can be asked for. Those that have ended and are without holders are kept for a while, within a limit in
 * bytes.
 */
export class JobRegistry {
  private readonly jobs = new Map<string, InMemoryJob>();
  private readonly names = new Map<string, InMemoryJob>();
  /** Ended and without holders, the oldest first, with the timer that ends their time. */
  private readonly kept = new Map<InMemoryJob, NodeJS.Timeout>();
  private keptBytes = 0;

  constructor(
    private readonly limits: JobLimits,
    private readonly results: ResultStore,
  ) {}

  add(job: InMemoryJob): void {
    this.jobs.set(job.id, job);
    if (job.name !== null) this.names.set(job.name.key, job);
  }

  get(id: string): InMemoryJob | undefined {
    return this.jobs.get(id);
  }

  /** The job whose name has this key. */
  named(key: string): InMemoryJob | undefined {
    return this.names.get(key);
  }

  /** Jobs that have not ended. */
  live(): InMemoryJob[] {
    return [...this.jobs.values()].filter(({ isLive }) => isLive);
  }

  /** One more needs the job: it isn't forgotten until it is released. */
  hold(job: InMemoryJob): void {
    job.holders += 1;
    this.stopKeeping(job);
  }

  /** One of those that held the job needs it no longer. */
  release(job: InMemoryJob): void {
    job.holders -= 1;
    if (!job.isLive) this.keepOrEvict(job);
  }

  /** The job has ended. */
  ended(job: InMemoryJob): void {
    // Asking again is allowed after a cancellation.
    if (job.status === 'cancelled') this.forgetName(job);
    this.keepOrEvict(job);
  }

  /** Nobody wants the job, which has ended, any longer; those that hold it still have it until they leave. */
  forget(job: InMemoryJob): void {
    job.isDetached = false;
    this.forgetName(job);
    if (job.holders === 0) this.evict(job);
  }

  private keepOrEvict(job: InMemoryJob): void {
    if (job.holders > 0 || this.kept.has(job)) return;
    if (job.isDetached || this.isNamed(job)) this.keep(job);
    else this.evict(job);
  }

  private keep(job: InMemoryJob): void {
    const endedMilliseconds = Date.now() - (job.snapshot().finishedAt?.getTime() ?? 0);
    const timer = setTimeout(() => this.evict(job), this.limits.retentionSeconds * 1000 - endedMilliseconds);
    timer.unref();
    this.kept.set(job, timer);
    this.keptBytes += job.keptBytes;
    for (const [oldest] of this.kept) {
      if (this.keptBytes <= this.limits.retentionBytes) break;
      this.evict(oldest);
    }
  }

  private evict(job: InMemoryJob): void {
    this.stopKeeping(job);
    this.jobs.delete(job.id);
    this.forgetName(job);
    void this.results.delete(job.id);
  }

  private stopKeeping(job: InMemoryJob): void {
    const timer = this.kept.get(job);
    if (timer === undefined) return;
    clearTimeout(timer);
    this.kept.delete(job);
    this.keptBytes -= job.keptBytes;
  }

  private isNamed(job: InMemoryJob): boolean {
    return job.name !== null && this.names.get(job.name.key) === job;
  }

  private forgetName(job: InMemoryJob): void {
    if (job.name !== null && this.isNamed(job)) this.names.delete(job.name.key);
  }
}
