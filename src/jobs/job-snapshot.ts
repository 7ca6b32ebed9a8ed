import type { EditError } from '../protocol/edit-error.js';
import type { PictureTokens, StageSeconds } from '../protocol/picture.js';
import type { EditJob } from './edit-job.js';
import type { JobProgress } from './job-event.js';

export type JobStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

/** A job as it is at one moment. */
export interface JobSnapshot {
  readonly id: string;
  readonly edit: EditJob;
  readonly status: JobStatus;
  /** Its place in line, from 1; null when it doesn't wait. */
  readonly position: number | null;
  readonly progress: JobProgress | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** Why it failed or was cancelled. */
  readonly failure: EditError | null;
  readonly waitedSeconds: number;
  /** Model time over all its pictures so far. */
  readonly stageSeconds: StageSeconds;
}

/** A finished picture as a file. */
export interface PictureFile {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  readonly inputIndex: number;
  readonly tokens: PictureTokens;
}
