import { errorCode } from '../../program/error-code.js';
import { repackTensor, type RepackTask } from '../repacked/repack-tensor.js';
import { copyBytes, type CopyTask } from './copy-bytes.js';
import { roundWeight, type RoundedWeight, type RoundTask } from './round-weight.js';
import { RoundingKernels } from './rounding-kernels.js';

export type WeightTask = RoundTask | RepackTask | CopyTask;

/** What came of a task. Errors lose their codes on the way between threads. */
export type WeightResult =
  | { readonly rounded: RoundedWeight }
  | { readonly repacked: readonly number[] }
  | { readonly copied: number | null }
  | { readonly fault: { readonly message: string; readonly code: string } };

const kernels = new RoundingKernels();

/** What the pool's threads run. */
export default function work(task: WeightTask): WeightResult {
  try {
    if (task.kind === 'round') return { rounded: roundWeight(kernels, task) };
    return task.kind === 'repack' ? { repacked: repackTensor(task) } : { copied: copyBytes(task) };
  } catch (error) {
    return { fault: { message: error instanceof Error ? error.message : String(error), code: errorCode(error) } };
  }
}
