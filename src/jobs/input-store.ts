import type { EditInput, EditInputs } from './edit-job.js';

/**
 * Where the decoded inputs of jobs lie, apart from their records: they are large, and a worker needs those of one picture at
 * a time. The driver puts them when a job is submitted and deletes them as soon as it ends; workers get them.
 */
export abstract class InputStore {
  /** Called once a job, before a worker can be given any of its pictures. */
  abstract put(jobId: string, inputs: EditInputs): Promise<void>;

  /** What a job's edit `inputIndex` (from 0) is made from; null when they are gone, because the job has ended. */
  abstract get(jobId: string, inputIndex: number): Promise<EditInput | null>;

  /** Nothing happens when there are none. */
  abstract delete(jobId: string): Promise<void>;
}
