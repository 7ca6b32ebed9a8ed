import type { PictureKind } from '../picture-kind.js';
import type { QueueLoad } from './queue-load.js';
import type { Refusal } from './refusal.js';

/** Tells how long pictures take at least, see SpeedMeter. */
export interface PictureSpeeds {
  leastSeconds(kind: PictureKind): number;
}

/** Decides which jobs may wait: no more than there is room for, and none that a caller will have given up before its turn. */
export class Admission {
  constructor(
    private readonly limit: number,
    private readonly speed: PictureSpeeds,
  ) {}

  /**
   * Looks whether there is room for one job more, whose request is still being read.
   * @returns null, or a refusal when every place is taken, or when its turn would come after the caller's time limit
   */
  checkRoom(timeoutSeconds: number, load: QueueLoad): Refusal | null {
    // What an idle engine takes at once doesn't wait.
    if (load.waiting.length + load.reservations >= this.limit + idleEngines(load)) {
      const jobs = this.limit === 1 ? 'job waits' : 'jobs wait';
      const message = `The queue is full: ${this.limit} ${jobs} already (QUEUE_LIMIT)`;
      return this.refusal(message, soonestSeconds(load), load);
    }
    return this.checkWait(timeoutSeconds, load);
  }

  /**
   * Looks whether a newcomer's turn would come within the caller's time limit.
   * @returns null when it would
   */
  checkWait(timeoutSeconds: number, load: QueueLoad): Refusal | null {
    const seconds = this.waitSeconds(load);
    if (seconds <= timeoutSeconds) return null;
    const message = `The wait would be about ${Math.round(seconds)} seconds, longer than the time limit of ${timeoutSeconds} seconds`;
    return this.refusal(message, seconds - timeoutSeconds, load);
  }

  /**
   * Looks whether a job, now that it is known, will be done in time if no other job comes. What it takes by itself is not
   * weighed: waiting longer would not change it.
   * @param images pictures of the job
   * @returns null when it will
   */
  checkTime(settings: PictureKind, images: number, timeoutSeconds: number, load: QueueLoad): Refusal | null {
    // Side by side, as many at once as there are engines.
    const own = Math.ceil(images / engines(load)) * this.speed.leastSeconds(settings);
    const seconds = own + this.secondsBefore(images, load);
    if (own > timeoutSeconds || seconds <= timeoutSeconds) return null;
    const message = `The edit would be done in about ${Math.round(seconds)} seconds, later than the time limit of ${timeoutSeconds} seconds`;
    return this.refusal(message, seconds - timeoutSeconds, load);
  }

  private refusal(message: string, firstSeconds: number, load: QueueLoad): Refusal {
    return { message, firstSeconds, betweenSeconds: this.secondsBetweenEnds(load) };
  }

  /** What others make before a newcomer's last picture: jobs take turns, and those in line already have theirs first. */
  private secondsBefore(images: number, load: QueueLoad): number {
    const waiting = load.waiting.map(
      ({ settings, picturesLeft }) => Math.min(picturesLeft, images) * this.speed.leastSeconds(settings),
    );
    const running = load.running.map(
      ({ settings, picturesLeft, remainingSeconds }) =>
        remainingSeconds + Math.min(picturesLeft, images - 1) * this.speed.leastSeconds(settings),
    );
    return (sum(waiting) + sum(running)) / engines(load);
  }

  /**
   * Until a newcomer's turn: every job before it makes one picture first. Requests that are still being read count as the job
   * that runs.
   */
  private waitSeconds(load: QueueLoad): number {
    const waiting = load.waiting.map(({ settings }) => this.speed.leastSeconds(settings));
    const [running] = load.running;
    const reserved = running === undefined ? 0 : load.reservations * this.speed.leastSeconds(running.settings);
    return soonestSeconds(load) + (sum(waiting) + reserved) / engines(load);
  }

  /** How often a place opens: by what the jobs in line take in the mean; while none waits, by what those take that run. */
  private secondsBetweenEnds(load: QueueLoad): number {
    const waiting = load.waiting.map(({ settings, picturesLeft }) => picturesLeft * this.speed.leastSeconds(settings));
    const running = load.running.map(({ settings, images }) => images * this.speed.leastSeconds(settings));
    return mean(waiting.length > 0 ? waiting : running) / engines(load);
  }
}

/** Workers that wait for a picture; without any work at all at least one, as an engine that is being started can't say so. */
function idleEngines({ idleWorkers, running }: QueueLoad): number {
  return Math.max(idleWorkers, running.length === 0 ? 1 : 0);
}

function engines(load: QueueLoad): number {
  return load.running.length + idleEngines(load);
}

/** Until an engine is free. */
function soonestSeconds(load: QueueLoad): number {
  return idleEngines(load) > 0 ? 0 : Math.min(...load.running.map(({ remainingSeconds }) => remainingSeconds));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}
