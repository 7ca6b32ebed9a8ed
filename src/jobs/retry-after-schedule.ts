import { retryAfterSeconds } from './retry-after-seconds.js';

/** A longer line of refused clients is not kept. */
const MOST_SECONDS = 60;

/**
 * When refused clients are to come again: one after the other, as fast as places open. All told the same time, they would
 * come together and nearly all be refused again, as often as there are places for one of them.
 * A leaky bucket, as the generic cell rate algorithm keeps it (ITU-T I.371): one time stands for all who were told to come.
 */
export class RetryAfterSchedule {
  /** When the last of them is to come; milliseconds of `performance.now()`. */
  private last = -Infinity;

  /**
   * @param firstSeconds until there is room for anybody
   * @param betweenSeconds between two places that open
   * @returns seconds for Retry-After, 1–60
   */
  next(firstSeconds: number, betweenSeconds: number): number {
    const now = performance.now();
    const at = Math.max(now + 1000 * firstSeconds, this.last + 1000 * betweenSeconds);
    // Who doesn't wait as told is told again and again: the line that this makes ends when the longest wait does.
    this.last = Math.min(at, now + 1000 * MOST_SECONDS);
    return retryAfterSeconds((at - now) / 1000);
  }
}
