import { numberOf } from '../../redis/replies.js';
import type { PictureFile } from '../job-snapshot.js';
import { ResultStore } from '../result-store.js';
import { jobKey, resultKey } from './keys.js';
import { readFile, writeFileMeta } from './messages/file-message.js';
import { patiently } from './patiently.js';
import type { RedisContext } from './redis-context.js';
import { PUT_RESULT } from './scripts/worker-scripts.js';
import { orUnavailable } from '../../redis/unavailable.js';

/** Keeps finished pictures in Redis, a hash each: the file, and what there is to know of it. */
export class RedisResultStore extends ResultStore {
  constructor(private readonly context: RedisContext) {
    super();
  }

  /** Nothing is put for a job that has ended. */
  async put(jobId: string, index: number, file: PictureFile): Promise<void> {
    const { context } = this;
    await patiently(context, () => context.workers.run(PUT_RESULT, jobId, index, writeFileMeta(file), file.bytes));
  }

  get(jobId: string, index: number): Promise<PictureFile | null> {
    return orUnavailable(this.read(jobId, index));
  }

  list(jobId: string): Promise<readonly PictureFile[]> {
    return orUnavailable(this.readAll(jobId));
  }

  async delete(jobId: string): Promise<void> {
    const count = await this.count(jobId);
    const { prefix } = this.context;
    for (let index = 0; index < count; index += 1)
      await this.context.clients.callers.unlink(resultKey(prefix, jobId, index));
  }

  private async read(jobId: string, index: number): Promise<PictureFile | null> {
    const key = resultKey(this.context.prefix, jobId, index);
    const [meta, bytes] = await this.context.clients.callers.hmgetBuffer(key, 'meta', 'bytes');
    return meta && bytes ? readFile(meta.toString('utf8'), bytes) : null;
  }

  private async readAll(jobId: string): Promise<readonly PictureFile[]> {
    const indexes = Array.from({ length: await this.count(jobId) }, (_, index) => index);
    const files = await Promise.all(indexes.map((index) => this.read(jobId, index)));
    return files.filter((file) => file !== null);
  }

  /** Pictures that the job may have. */
  private async count(jobId: string): Promise<number> {
    const images = await this.context.clients.callers.hget(jobKey(this.context.prefix, jobId), 'images');
    return images === null ? 0 : numberOf(images);
  }
}
