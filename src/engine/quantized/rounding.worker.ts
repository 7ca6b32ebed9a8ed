import { errorCode } from '../../program/error-code.js';
import { copyBytes, type CopyTask } from './copy-bytes.js';
import { roundWeight, type RoundedWeight, type RoundTask } from './round-weight.js';
import { RoundingKernels } from './rounding-kernels.js';

export type RoundingTask = RoundTask | CopyTask;

/** What came of a task. Errors lose their codes on the way between threads. */
export type RoundingResult =
  | { readonly rounded: RoundedWeight }
  | { readonly copied: number | null }
  | { readonly fault: { readonly message: string; readonly code: string } };

const kernels = new RoundingKernels();

/** What the pool's threads run. */
export default function work(task: RoundingTask): RoundingResult {
  try {
    return task.kind === 'round' ? { rounded: roundWeight(kernels, task) } : { copied: copyBytes(task) };
  } catch (error) {
    return { fault: { message: error instanceof Error ? error.message : String(error), code: errorCode(error) } };
  }
}
