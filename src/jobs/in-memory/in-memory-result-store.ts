import type { PictureFile } from '../job-snapshot.js';
import { ResultStore } from '../result-store.js';

/** Keeps finished pictures in this process's memory. */
export class InMemoryResultStore extends ResultStore {
  private readonly files = new Map<string, PictureFile[]>();

  /** Puts the file of a job's picture `index` (from 0). */
  put(jobId: string, index: number, file: PictureFile): void {
    const files = this.files.get(jobId) ?? [];
    files[index] = file;
    this.files.set(jobId, files);
  }

  get(jobId: string, index: number): Promise<PictureFile | null> {
    return Promise.resolve(this.files.get(jobId)?.[index] ?? null);
  }

  list(jobId: string): Promise<readonly PictureFile[]> {
    return Promise.resolve([...(this.files.get(jobId) ?? [])]);
  }

  delete(jobId: string): Promise<void> {
    this.files.delete(jobId);
    return Promise.resolve();
  }
}
