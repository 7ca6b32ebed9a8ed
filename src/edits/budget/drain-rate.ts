import { retryAfterSeconds } from '../../jobs/retry-after-seconds.js';

/** What was released longer ago tells little about now. */
const WINDOW_SECONDS = 60;
/** A shorter moment is not yet a pace. */
const LEAST_SECONDS = 1;
/** Until anything was released: uploads come and go within seconds. */
const UNMEASURED_SECONDS = 5;

interface Release {
  readonly at: number;
  readonly bytes: number;
}

/** Measures how fast held bytes are released, and tells how long more of them will take. */
export class DrainRate {
  private releases: Release[] = [];
  private releasedBytes = 0;

  /** @param now seconds of a clock that only goes forward */
  constructor(private readonly now: () => number = () => performance.now() / 1000) {}

  add(bytes: number): void {
    if (bytes === 0) return;
    this.forgetOld();
    this.releases.push({ at: this.now(), bytes });
    this.releasedBytes += bytes;
  }

  /** Seconds until so many bytes more will have been released, at the pace of the last minute: whole, from 1 to 60. */
  secondsFor(bytes: number): number {
    this.forgetOld();
    const [first] = this.releases;
    if (first === undefined) return UNMEASURED_SECONDS;
    const seconds = (bytes / this.releasedBytes) * Math.max(LEAST_SECONDS, this.now() - first.at);
    return retryAfterSeconds(seconds);
  }

  private forgetOld(): void {
    const oldest = this.now() - WINDOW_SECONDS;
    const kept = this.releases.findIndex(({ at }) => at >= oldest);
    const old = this.releases.splice(0, kept < 0 ? this.releases.length : kept);
    this.releasedBytes -= old.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
