import { deserialize, serialize } from 'node:v8';
import type { EditInput, EditInputs } from '../edit-job.js';
import { InputStore } from '../input-store.js';
import { inputKey, jobKey } from './keys.js';
import type { RedisContext } from './redis-context.js';

/** Until the job is taken; then its inputs live as long as it may. */
const UNTAKEN_SECONDS = 60;

/** Keeps inputs in Redis. */
export class RedisInputStore extends InputStore {
  constructor(private readonly context: RedisContext) {
    super();
  }

  async put(jobId: string, inputs: EditInputs): Promise<void> {
    await this.store(jobId, inputs);
  }

  /** @returns bytes that were put */
  async store(jobId: string, inputs: EditInputs): Promise<number> {
    const { clients, prefix } = this.context;
    const files = inputs.map((input) => serialize(input));
    await Promise.all(
      files.map((file, index) => clients.callers.set(inputKey(prefix, jobId, index), file, 'EX', UNTAKEN_SECONDS)),
    );
    return files.reduce((sum, { length }) => sum + length, 0);
  }

  async get(jobId: string, inputIndex: number): Promise<EditInput | null> {
    const { clients, prefix } = this.context;
    const bytes = await clients.workers.getBuffer(inputKey(prefix, jobId, inputIndex));
    return bytes === null ? null : (deserialize(bytes) as EditInput);
  }

  /** @param count edits of the job; else what its record says */
  async delete(jobId: string, count?: number): Promise<void> {
    const { clients, prefix } = this.context;
    const inputs = count ?? (Number(await clients.callers.hget(jobKey(prefix, jobId), 'inputs')) || 0);
    for (let index = 0; index < inputs; index += 1) await clients.workers.unlink(inputKey(prefix, jobId, index));
  }
}
