import type { EditSettings } from '../../protocol/edit-settings.js';

/** A job in line, as admission weighs it. */
export interface WaitingJob {
  readonly settings: EditSettings;
  /** Those whose turn has not come yet. */
  readonly picturesLeft: number;
}

/** A picture at an engine, as admission weighs it. */
export interface PictureLoad {
  readonly settings: EditSettings;
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
  /** Workers that wait for a picture. */
  readonly idleWorkers: number;
}
