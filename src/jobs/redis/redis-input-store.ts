import type { EditInput } from '../edit-job.js';
import type { InputDecoder, JobFiles } from '../job-files.js';
import { InputStore } from '../input-store.js';
import { inputKey, jobKey } from './keys.js';
import { readFiles } from './messages/files-message.js';
import { patiently } from './patiently.js';
import type { RedisContext } from './redis-context.js';

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
    const { clients, prefix } = this.context;
    const record = await patiently(this.context, () => clients.workers.hget(jobKey(prefix, jobId), 'files'));
    if (!record) return null;
    const { kind, asked, pictures, feather } = readFiles(record);
    const indexes = kind === 'together' ? Array.from({ length: pictures }, (_, index) => index) : [inputIndex];
    if (inputIndex >= (kind === 'together' ? 1 : pictures)) return null;
    const files = await Promise.all(indexes.map((index) => this.file(jobId, index)));
    const mask = feather === null ? null : await this.file(jobId, pictures);
    // They have gone with the end of the job.
    if (files.includes(null) || (feather !== null && mask === null)) return null;
    return this.decoder.decode({
      asked,
      pictures: files.filter((bytes) => bytes !== null),
      mask: mask === null || feather === null ? null : { bytes: mask, feather },
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

  /** With a buffer of its own, which can be handed to another thread. */
  private async file(jobId: string, index: number): Promise<Uint8Array<ArrayBuffer> | null> {
    const { clients, prefix } = this.context;
    const bytes = await patiently(this.context, () => clients.workers.getBuffer(inputKey(prefix, jobId, index)));
    return bytes === null ? null : new Uint8Array(bytes);
  }
}

/** In the order in which they are kept. */
export function filesOf({ pictures, mask }: JobFiles): readonly Uint8Array<ArrayBuffer>[] {
  return mask === null ? pictures : [...pictures, mask.bytes];
}
