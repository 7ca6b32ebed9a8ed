import { Injectable } from '@nestjs/common';
import { EngineSupervisor } from '../inference/engine-supervisor.service.js';
import type { EditJob } from './edit-job.js';
import { JobAbandoned, JobQueue, type JobResult } from './job-queue.js';

interface WaitingJob {
  readonly job: EditJob;
  readonly submittedAt: number;
  readonly resolve: (result: JobResult) => void;
  readonly reject: (reason: unknown) => void;
}

/** Keeps waiting jobs in this process's memory and hands them to the engine one by one. */
@Injectable()
export class InMemoryJobQueue extends JobQueue {
  private waiting: WaitingJob[] = [];
  private isWorking = false;

  constructor(private readonly engine: EngineSupervisor) {
    super();
  }

  submit(job: EditJob): Promise<JobResult> {
    return new Promise((resolve, reject) => {
      const entry: WaitingJob = { job, submittedAt: performance.now(), resolve, reject };
      this.waiting.push(entry);
      job.signal.addEventListener('abort', () => this.abandon(entry), { once: true });
      if (job.signal.aborted) this.abandon(entry);
      void this.work();
    });
  }

  /** Forgets a job that still waits, and with it its decoded pictures; one that runs goes on. */
  private abandon(entry: WaitingJob): void {
    if (!this.waiting.includes(entry)) return;
    this.waiting = this.waiting.filter((other) => other !== entry);
    entry.reject(new JobAbandoned('The client has gone'));
  }

  private async work(): Promise<void> {
    if (this.isWorking) return;
    this.isWorking = true;
    for (let entry = this.waiting.shift(); entry !== undefined; entry = this.waiting.shift()) {
      const queueSeconds = (performance.now() - entry.submittedAt) / 1000;
      try {
        entry.resolve({ outcome: await this.engine.edit(entry.job.request), queueSeconds });
      } catch (error) {
        entry.reject(error);
      }
    }
    this.isWorking = false;
  }
}
