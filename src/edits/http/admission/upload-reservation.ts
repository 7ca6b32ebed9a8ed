import type { Reservation } from '../../../jobs/job-queue.js';

/** Most uploads are whole sooner. */
const KEPT_SECONDS = 10;
const NO_PLACE: Reservation = { release: () => undefined };

/**
 * The place in the queue of a request whose body is arriving. A body that takes long gives its place up, and needs another at
 * its end: as many slow clients as the queue has places would else keep everybody out for as long as a body may take.
 */
export class UploadReservation {
  private readonly timer: NodeJS.Timeout;
  private isReleased = false;

  /**
   * @param place null: the request needs none, as it is now
   * @param reserve asks for a place, as for the first one; rejects when there is no room
   */
  constructor(
    private place: Reservation | null,
    private readonly reserve: () => Promise<Reservation | null>,
  ) {
    this.timer = setTimeout(() => {
      this.place?.release();
      this.place = null;
    }, KEPT_SECONDS * 1000);
  }

  /** The place for the job, now that the body is whole. */
  async claim(): Promise<Reservation> {
    clearTimeout(this.timer);
    if (this.place === null && !this.isReleased) this.keep(await this.reserve());
    return this.place ?? NO_PLACE;
  }

  /** The request is over; nothing happens when its job has taken the place. */
  release(): void {
    clearTimeout(this.timer);
    this.isReleased = true;
    this.place?.release();
  }

  private keep(place: Reservation | null): void {
    this.place = place;
    // Who has gone meanwhile won't release it any more.
    if (this.isReleased) place?.release();
  }
}
