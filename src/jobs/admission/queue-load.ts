import type { PictureKind } from '../picture-kind.js';

/** A job in line, as admission weighs it. */
export interface WaitingJob {
  readonly settings: PictureKind;
  /** Those whose turn has not come yet. */
  readonly picturesLeft: number;
}

/** A picture at an engine, as admission weighs it. */
export interface PictureLoad {
  readonly settings: PictureKind;
  /** Until it is made, at least. */
  readonly remainingSeconds: number;
  /** Pictures of its job that come after it; none when the job has ended and the engine gives it up. */
  readonly picturesLeft: number;
  /** Pictures of its job in all. */
  readonly images: number;
}

/** What a queue holds at one moment. */
export interface QueueLoad {
  /** Jobs in line, the next one first. */
  readonly waiting: readonly WaitingJob[];
  readonly running: readonly PictureLoad[];
  /** Places that are kept for jobs whose requests are still being read. */
  readonly reservations: number;
  /** Workers that wait for a picture. */
  readonly idleWorkers: number;
}
