import type { Refusal } from './admission/refusal.js';
import { MOST_RETRY_AFTER_SECONDS, retryAfterSeconds } from './retry-after-seconds.js';

/**
 * When refused clients are to come again: one after the other, as fast as places open. All told the same time, they would
 * come together and nearly all be refused again, as often as there are places for one of them.
 * A leaky bucket, as the generic cell rate algorithm keeps it (ITU-T I.371): one time stands for all that were told to come.
 */
export class RetryAfterSchedule {
  /** When the last refused client is to come; milliseconds of `performance.now()`. */
  private last = -Infinity;

  /** @returns seconds for Retry-After, 1–60 */
  next({ firstSeconds, betweenSeconds }: Refusal): number {
    const now = performance.now();
    const at = Math.max(now + 1000 * firstSeconds, this.last + 1000 * betweenSeconds);
    // A client that doesn't wait as told is refused again and again: the line of refused clients that this makes is kept no
    // longer than the longest wait.
    this.last = Math.min(at, now + 1000 * MOST_RETRY_AFTER_SECONDS);
    return retryAfterSeconds((at - now) / 1000);
  }
}
