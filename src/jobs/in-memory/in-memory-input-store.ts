import type { EditInput, EditInputs } from '../edit-job.js';
import { InputStore } from '../input-store.js';

/** Keeps decoded inputs in this process's memory. */
export class InMemoryInputStore extends InputStore {
  private readonly inputs = new Map<string, EditInputs>();

  put(jobId: string, inputs: EditInputs): Promise<void> {
    this.inputs.set(jobId, inputs);
    return Promise.resolve();
  }

  get(jobId: string, inputIndex: number): Promise<EditInput | null> {
    return Promise.resolve(this.inputs.get(jobId)?.[inputIndex] ?? null);
  }

  delete(jobId: string): Promise<void> {
    this.inputs.delete(jobId);
    return Promise.resolve();
  }
}
