import type { StageSeconds } from '../../inference/protocol.js';

export type Stage = keyof StageSeconds;

/** Adds up the seconds that each stage of a request takes. */
export class StageClock {
  private readonly totals: Record<Stage, number> = { text: 0, encode: 0, denoise: 0, decode: 0 };

  /** Runs `work` and counts its time to `stage`. */
  async time<T>(stage: Stage, work: () => T | Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await work();
    } finally {
      this.totals[stage] += (performance.now() - start) / 1000;
    }
  }

  seconds(): StageSeconds {
    return { ...this.totals };
  }
}
