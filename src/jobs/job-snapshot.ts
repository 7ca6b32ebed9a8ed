import type { EditError } from '../protocol/edit-error.js';
import type { PictureTokens, StageSeconds } from '../protocol/picture.js';
import type { EditJob } from './edit-job.js';
import type { JobProgress } from './job-event.js';

/** What a job can be at; the last three are its ends. */
export const JOB_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** A job as it is at one moment. */
export interface JobSnapshot {
  readonly id: string;
  readonly edit: EditJob;
  readonly status: JobStatus;
  /** Its place in line, from 1; null when it doesn't wait. */
  readonly position: number | null;
  /** After its last step; null before the first. */
  readonly progress: JobProgress | null;
  readonly createdAt: Date;
  /** When its first turn came. */
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** Why it failed or was cancelled. */
  readonly failure: EditError | null;
  /** In line, over all its turns so far. */
  readonly waitedSeconds: number;
  /** Model time over all its pictures so far. */
  readonly stageSeconds: StageSeconds;
}

/** A finished picture as a file. */
export interface PictureFile {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Of its noise: an unsigned 32-bit number. */
  readonly seed: number;
  /** Which of the job's edits it is a result of, from 0. */
  readonly inputIndex: number;
  readonly tokens: PictureTokens;
  /** About this very picture, as the engine gave them. */
  readonly warnings: readonly string[];
}
