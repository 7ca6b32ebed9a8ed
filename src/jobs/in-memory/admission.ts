import type { Place } from '../job-queue.js';
import { QueueFullError } from '../queue-errors.js';
import type { SpeedMeter } from '../speed-meter.js';
import type { InMemoryJob } from './in-memory-job.js';
import { RetryAfterSchedule } from '../retry-after-schedule.js';
import type { PictureRun } from '../worker/picture-run.js';

/** Decides who may wait: no more than there is room for, and nobody who will have given up before his turn. */
export class Admission {
  /** Places of requests that are still being read. */
  private places = 0;
  private readonly retryAfter = new RetryAfterSchedule();

  constructor(
    private readonly limit: number,
    private readonly speed: SpeedMeter,
  ) {}

  /** @throws QueueFullError */
  reserve(timeoutSeconds: number, waiting: readonly InMemoryJob[], turn: PictureRun | null): Place {
    // What an idle engine takes at once doesn't wait.
    const room = this.limit + (turn === null ? 1 : 0);
    if (waiting.length + this.places >= room) {
      throw new QueueFullError(
        `The queue is full: ${this.limit} ${this.limit === 1 ? 'job waits' : 'jobs wait'} already (QUEUE_LIMIT)`,
        this.retryAfter.next(turn?.remainingSeconds() ?? 0, this.jobSeconds(waiting, turn)),
      );
    }
    const seconds = this.waitSeconds(waiting, turn);
    if (seconds > timeoutSeconds) {
      throw new QueueFullError(
        `The wait would be about ${Math.round(seconds)} seconds, longer than the time limit of ${timeoutSeconds} seconds`,
        this.retryAfter.next(seconds - timeoutSeconds, this.jobSeconds(waiting, turn)),
      );
    }
    this.places += 1;
    let isKept = true;
    return {
      release: () => {
        if (isKept) this.places -= 1;
        isKept = false;
      },
    };
  }

  /**
   * Looks whether a job, now that it is known, will be done in time when nobody else comes. What it takes by itself is not
   * weighed: waiting longer would not change it.
   * @throws QueueFullError
   */
  check(job: InMemoryJob, timeoutSeconds: number, waiting: readonly InMemoryJob[], turn: PictureRun | null): void {
    const own = job.images * this.pictureSeconds(job);
    const others = this.turnsBefore(job, waiting, turn);
    if (own > timeoutSeconds || own + others <= timeoutSeconds) return;
    throw new QueueFullError(
      `The edit would be done in about ${Math.round(own + others)} seconds, later than the time limit of ${timeoutSeconds} seconds`,
      this.retryAfter.next(own + others - timeoutSeconds, this.jobSeconds(waiting, turn)),
    );
  }

  /** What others make before a newcomer's last picture: jobs take turns, and those that wait already have theirs first. */
  private turnsBefore(job: InMemoryJob, waiting: readonly InMemoryJob[], turn: PictureRun | null): number {
    const ahead = waiting.reduce(
      (sum, other) => sum + Math.min(other.picturesLeft, job.images) * this.pictureSeconds(other),
      0,
    );
    if (turn === null) return ahead;
    const { picturesLeft } = turn.job;
    const more = turn.job.isLive ? Math.min(picturesLeft, job.images - 1) : 0;
    return turn.remainingSeconds() + ahead + more * this.pictureSeconds(turn.job);
  }

  /** Until a newcomer's turn: every job before it makes one picture first. Requests that are still being read count as the job that runs. */
  private waitSeconds(waiting: readonly InMemoryJob[], turn: PictureRun | null): number {
    const ahead = waiting.reduce((sum, job) => sum + this.pictureSeconds(job), 0);
    if (turn === null) return ahead;
    return turn.remainingSeconds() + ahead + this.places * this.pictureSeconds(turn.job);
  }

  /** What the jobs that wait take in the mean, which is how often one of them leaves; while none waits, what the running one takes. */
  private jobSeconds(waiting: readonly InMemoryJob[], turn: PictureRun | null): number {
    if (waiting.length === 0) return turn === null ? 0 : turn.job.images * this.pictureSeconds(turn.job);
    return waiting.reduce((sum, job) => sum + job.picturesLeft * this.pictureSeconds(job), 0) / waiting.length;
  }

  private pictureSeconds({ order }: InMemoryJob): number {
    return this.speed.leastSeconds(order.settings);
  }
}
