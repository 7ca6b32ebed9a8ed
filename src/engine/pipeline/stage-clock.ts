import { NO_STAGE_SECONDS, type PictureStage, type StageRun, type StageSeconds } from '../../protocol/picture.js';

/** Tells when each stage of a picture was worked at, and how long. */
export class StageClock {
  private readonly startedAt = performance.now();
  private readonly done: StageRun[] = [];

  /** Runs `work` and counts its time to `stage`. */
  async time<T>(stage: PictureStage, work: () => T | Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await work();
    } finally {
      const seconds = (performance.now() - start) / 1000;
      this.done.push({ stage, startSeconds: (start - this.startedAt) / 1000, seconds });
    }
  }

  /** In the order in which they ended. */
  runs(): readonly StageRun[] {
    return this.done;
  }

  seconds(): StageSeconds {
    const totals = { ...NO_STAGE_SECONDS };
    for (const { stage, seconds } of this.done) totals[stage] += seconds;
    return totals;
  }
}
