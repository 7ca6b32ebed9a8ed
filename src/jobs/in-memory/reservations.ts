import type { Reservation } from '../job-queue.js';

/** Places in line that are kept for jobs whose requests are still being read. */
export class Reservations {
  private kept = 0;

  get count(): number {
    return this.kept;
  }

  keep(): Reservation {
    this.kept += 1;
    let isKept = true;
    return {
      release: () => {
        if (isKept) this.kept -= 1;
        isKept = false;
      },
    };
  }
}
