import type { PictureFile } from './job-snapshot.js';

/** Where finished pictures lie, apart from the jobs that made them. */
export abstract class ResultStore {
  abstract add(jobId: string, index: number, file: PictureFile): Promise<void>;

  /** A job's pictures in order. */
  abstract list(jobId: string): Promise<readonly PictureFile[]>;

  abstract delete(jobId: string): Promise<void>;
}
