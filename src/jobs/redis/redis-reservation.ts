import type { Reservation } from '../job-queue.js';
import type { RedisContext } from './redis-context.js';
import { RELEASE_RESERVATION } from './scripts/caller-scripts.js';

/** Room that is kept in Redis. */
export class RedisReservation implements Reservation {
  private isKept = true;

  constructor(private readonly context: RedisContext) {
    context.reservations += 1;
  }

  /** A job takes it in the script that puts it into line; whether it was there to be taken. */
  take(): boolean {
    const wasKept = this.isKept;
    this.isKept = false;
    if (wasKept) this.context.reservations -= 1;
    return wasKept;
  }

  /** It is given up also where Redis can't be reached just now. */
  release(): void {
    if (!this.take()) return;
    const { callers, workers, processId } = this.context;
    callers
      .run(RELEASE_RESERVATION, processId)
      .catch(() => workers.run(RELEASE_RESERVATION, processId))
      .catch(() => undefined);
  }
}
