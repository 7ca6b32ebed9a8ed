import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { WEIGHTS_WORKER } from '../../program/program-files.js';
import type { RepackTask } from '../repacked/repack-tensor.js';
import type { CopyTask } from './copy-bytes.js';
import type { RoundedWeight, RoundTask } from './round-weight.js';
import type { WeightResult, WeightTask } from './weights.worker.js';

/** How long a thread may take for the weight that it has begun, from a slow disk. */
const CLOSE_MILLISECONDS = 600_000;

/** Threads that round and repack weights, each of them one at a time; tasks are begun in the order in which they come. */
export class WeightThreads {
  private readonly pool: Piscina<WeightTask, WeightResult>;

  /** @param count by default as many as this process may use processors */
  constructor(count = availableParallelism()) {
    this.pool = new Piscina({
      filename: WEIGHTS_WORKER,
      minThreads: 0,
      maxThreads: count,
      closeTimeout: CLOSE_MILLISECONDS,
    });
  }

  /** @throws Error with the system's code where a file can't be read or written */
  async round(task: RoundTask): Promise<RoundedWeight> {
    const result = await this.run(task);
    if ('rounded' in result) return result.rounded;
    throw new Error('A weight was not rounded');
  }

  /**
   * @returns the arrays' CRC-32
   * @throws Error with the system's code where a file can't be read or written
   */
  async repack(task: RepackTask): Promise<readonly number[]> {
    const result = await this.run(task);
    if ('repacked' in result) return result.repacked;
    throw new Error('A weight was not repacked');
  }

  /**
   * Reads a part of a file, and writes it elsewhere where the task says so.
   * @returns the part's CRC-32; null where the file ends before it
   * @throws Error with the system's code where a file can't be read or written
   */
  async copy(task: CopyTask): Promise<number | null> {
    const result = await this.run(task);
    if ('copied' in result) return result.copied;
    throw new Error('A weight was not copied');
  }

  /**
   * Gives up the tasks that wait, and ends the threads once those that work are done with theirs: an answer that came from a
   * thread which was ended in between would be thrown by the pool.
   */
  async close(): Promise<void> {
    await this.pool.close({ force: true });
  }

  private async run(task: WeightTask): Promise<WeightResult> {
    const result = await this.pool.run(task);
    if (!('fault' in result)) return result;
    const { message, code } = result.fault;
    throw Object.assign(new Error(message), { code });
  }
}
