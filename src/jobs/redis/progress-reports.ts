import { setTimeout as pause } from 'node:timers/promises';
import type { JobProgress } from '../job-event.js';

/** Between two reports of a picture. */
const INTERVAL_MILLISECONDS = 200;

/** What a worker says of a picture after a step. */
export interface StepReport {
  readonly progress: JobProgress;
  /** Until the picture is made; null: that can't be told yet. */
  readonly pictureSeconds: number | null;
}

/** Passes on a few reports a second: one that comes sooner waits, and only the latest that waits is passed on. */
export class ProgressReports {
  private latest: StepReport | null = null;
  private passedAt = -Infinity;
  private waiting: Promise<void> | null = null;

  /** @param now in milliseconds */
  constructor(
    private readonly pass: (report: StepReport) => Promise<unknown>,
    private readonly now = (): number => performance.now(),
  ) {}

  /** Resolves once this one or a later one has been passed on, or was taken. */
  add(report: StepReport): Promise<void> {
    this.latest = report;
    const early = this.passedAt + INTERVAL_MILLISECONDS - this.now();
    if (early <= 0) return this.flush();
    this.waiting ??= this.flushAfter(early);
    return this.waiting;
  }

  /** Passes on what waits, at once. */
  async flush(): Promise<void> {
    const report = this.take();
    if (report === null) return;
    this.passedAt = this.now();
    await this.pass(report);
  }

  /** What waits, for who passes it on with something else. */
  take(): StepReport | null {
    const { latest } = this;
    this.latest = null;
    return latest;
  }

  private async flushAfter(milliseconds: number): Promise<void> {
    await pause(milliseconds, undefined, { ref: false });
    this.waiting = null;
    await this.flush();
  }
}
