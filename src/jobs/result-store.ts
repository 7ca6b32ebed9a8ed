import type { PictureFile } from './job-snapshot.js';

/**
 * Where finished pictures lie, apart from the jobs that made them. The driver puts a picture's file there when its turn is
 * finished, and deletes a job's files when it forgets the job.
 */
export abstract class ResultStore {
  /** null: that picture isn't finished, or its job was forgotten. */
  abstract get(jobId: string, index: number): Promise<PictureFile | null>;

  /** A job's files in the order of their pictures. */
  abstract list(jobId: string): Promise<readonly PictureFile[]>;

  /** Nothing happens when there are none. */
  abstract delete(jobId: string): Promise<void>;
}
