import type { EditInput } from '../edit-job.js';
import type { InputDecoder, JobFiles } from '../job-files.js';
import { InputStore } from '../input-store.js';
import { inputKey, jobKey } from './keys.js';
import { readFiles } from './messages/files-message.js';
import { patiently } from './patiently.js';
import type { RedisContext } from './redis-context.js';
import { listOf } from '../../redis/replies.js';
import { READ_INPUT } from './scripts/worker-scripts.js';

/** Until the job is taken; then its files live as long as it may. */
const UNTAKEN_SECONDS = 60;

/** Keeps inputs in Redis as they were uploaded, each once: the mask after the pictures. Workers decode what they need of them. */
export class RedisInputStore extends InputStore {
  constructor(
    private readonly context: RedisContext,
    private readonly decoder: InputDecoder,
  ) {
    super();
  }

  /** Here a job's files are put. */
  put(): Promise<void> {
    return Promise.reject(new Error('Redis keeps files, not decoded inputs'));
  }

  /** Before the job is taken. */
  async putFiles(jobId: string, files: JobFiles): Promise<void> {
    const { clients, prefix } = this.context;
    const puts = filesOf(files).map((bytes, index) =>
      clients.callers.set(inputKey(prefix, jobId, index), Buffer.from(bytes.buffer), 'EX', UNTAKEN_SECONDS),
    );
    await Promise.all(puts);
  }

  async get(jobId: string, inputIndex: number): Promise<EditInput | null> {
    const { workers } = this.context;
    const read = await patiently(this.context, () => workers.runForBytes(READ_INPUT, jobId, inputIndex));
    const [record, ...contents] = listOf(read ?? []);
    if (!(record instanceof Buffer)) return null;
    const { kind, asked, pictures, feather } = readFiles(record.toString('utf8'));
    if (inputIndex >= (kind === 'together' ? 1 : pictures)) return null;
    // With buffers of their own, which can be handed to another thread.
    const files = contents.map((bytes) => (bytes instanceof Buffer ? new Uint8Array(bytes) : null));
    // They have gone with the end of the job.
    if (files.includes(null)) return null;
    const all = files.filter((bytes) => bytes !== null);
    const bytes = feather === null ? undefined : all.pop();
    return this.decoder.decode({
      asked,
      pictures: all,
      mask: bytes === undefined || feather === null ? null : { bytes, feather },
    });
  }

  async delete(jobId: string): Promise<void> {
    const { clients, prefix } = this.context;
    const inputs = Number(await clients.callers.hget(jobKey(prefix, jobId), 'inputs')) || 0;
    await this.deleteFiles(jobId, inputs);
  }

  async deleteFiles(jobId: string, count: number): Promise<void> {
    const { clients, prefix } = this.context;
    for (let index = 0; index < count; index += 1) await clients.workers.unlink(inputKey(prefix, jobId, index));
  }
}

/** In the order in which they are kept. */
export function filesOf({ pictures, mask }: JobFiles): readonly Uint8Array<ArrayBuffer>[] {
  return mask === null ? pictures : [...pictures, mask.bytes];
}
