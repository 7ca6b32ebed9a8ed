import type { EditOutcome } from '../inference/running-edit.js';
import type { EditJob } from './edit-job.js';

export interface JobResult {
  readonly outcome: EditOutcome;
  readonly queueSeconds: number;
}

/** The job's signal was aborted before the engine took it. */
export class JobAbandoned extends Error {}

/** Where edits wait for the engine. A driver decides where the waiting ones are kept; the order is first in, first out. */
export abstract class JobQueue {
  /**
   * Resolves with the job's result once its turn has come and it is done.
   * @throws EditFailure, JobAbandoned
   */
  abstract submit(job: EditJob): Promise<JobResult>;
}
