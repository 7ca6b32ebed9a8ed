import type { PictureFile } from './job-snapshot.js';

/**
 * Where finished pictures lie, apart from the jobs that made them. A worker puts a file before it finishes the picture's
 * turn; the driver deletes a job's files when it forgets the job.
 */
export abstract class ResultStore {
  /** Puts the file of a job's picture `index` (from 0), in place of one that may be there. */
  abstract put(jobId: string, index: number, file: PictureFile): Promise<void>;

  /** null: that picture isn't finished, or its job was forgotten. */
  abstract get(jobId: string, index: number): Promise<PictureFile | null>;

  /** A job's files in the order of their pictures. */
  abstract list(jobId: string): Promise<readonly PictureFile[]>;

  /** Nothing happens when there are none. */
  abstract delete(jobId: string): Promise<void>;
}
