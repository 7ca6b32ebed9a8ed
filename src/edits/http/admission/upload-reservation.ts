import type { Place } from '../../../jobs/job-queue.js';

/** Most uploads are whole sooner. */
const KEPT_SECONDS = 10;
const NO_PLACE: Place = { release: () => undefined };

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
    private place: Place | null,
    private readonly reserve: () => Promise<Place | null>,
  ) {
    this.timer = setTimeout(() => {
      this.place?.release();
      this.place = null;
    }, KEPT_SECONDS * 1000);
  }

  /**
   * The place for the job, now that the body is whole.
   * @throws QueueFullError when that took so long that the place was given up, and there is no other
   */
  async claim(): Promise<Place> {
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

  private keep(place: Place | null): void {
    this.place = place;
    // A request that is over by now won't release it any more.
    if (this.isReleased) place?.release();
  }
}
