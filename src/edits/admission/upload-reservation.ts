import type { Reservation } from '../../jobs/job-queue.js';
import { NO_RESERVATION } from '../no-reservation.js';

/** Most uploads are whole sooner. */
const KEPT_SECONDS = 10;

/**
 * The reservation in the queue of a request whose body is arriving. A body that takes long gives it up, and needs another at
 * its end: slow clients could otherwise hold all reservations, and keep every other client out for as long as a body may take.
 */
export class UploadReservation {
  private readonly timer: NodeJS.Timeout;
  private isReleased = false;

  /**
   * @param reservation null: the request needs none, as it is now
   * @param reserve asks for one, as for the first; rejects when there is no room
   */
  constructor(
    private reservation: Reservation | null,
    private readonly reserve: () => Promise<Reservation | null>,
  ) {
    this.timer = setTimeout(() => {
      this.reservation?.release();
      this.reservation = null;
    }, KEPT_SECONDS * 1000);
  }

  /**
   * The reservation for the job, now that the body is whole.
   * @throws QueueFullError when that took so long that it was given up, and there is no other
   */
  async claim(): Promise<Reservation> {
    clearTimeout(this.timer);
    if (this.reservation === null && !this.isReleased) this.keep(await this.reserve());
    return this.reservation ?? NO_RESERVATION;
  }

  /** The request is over; nothing happens when its job has taken it. */
  release(): void {
    clearTimeout(this.timer);
    this.isReleased = true;
    this.reservation?.release();
  }

  private keep(reservation: Reservation | null): void {
    this.reservation = reservation;
    // A request that is over by now won't release it any more.
    if (this.isReleased) reservation?.release();
  }
}
