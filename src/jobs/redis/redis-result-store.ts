import { listOf, numberOf } from '../../redis/replies.js';
import type { PictureFile } from '../job-snapshot.js';
import { ResultStore } from '../result-store.js';
import { jobKey, resultKey } from './keys.js';
import { readFile } from './messages/file-message.js';
import type { RedisContext } from './redis-context.js';
import { FIRST_RESULT } from './scripts/caller-scripts.js';
import { orUnavailable } from '../../redis/unavailable.js';

/** Reads finished pictures, which lie in Redis, a hash each: the file, and what there is to know of it. */
export class RedisResultStore extends ResultStore {
  constructor(private readonly context: RedisContext) {
    super();
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
    return fileOf(await this.context.clients.callers.hmgetBuffer(key, 'meta', 'bytes'));
  }

  private async readAll(jobId: string): Promise<readonly PictureFile[]> {
    // Most jobs have one picture.
    const [count, ...first] = listOf(await this.context.callers.runForBytes(FIRST_RESULT, jobId));
    const others = Array.from({ length: Math.max(0, Number(count) - 1) }, (_, index) => this.read(jobId, index + 1));
    const files = [fileOf(first), ...(await Promise.all(others))];
    return files.filter((file) => file !== null);
  }

  /** Pictures that the job may have. */
  private async count(jobId: string): Promise<number> {
    const images = await this.context.clients.callers.hget(jobKey(this.context.prefix, jobId), 'images');
    return images === null ? 0 : numberOf(images);
  }
}

function fileOf([meta, bytes]: readonly unknown[]): PictureFile | null {
  return meta instanceof Buffer && bytes instanceof Buffer ? readFile(meta.toString('utf8'), bytes) : null;
}
