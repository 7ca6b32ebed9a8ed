import { setTimeout as pause } from 'node:timers/promises';
import { type PictureTurn, WorkQueue } from '../work-queue.js';
import { PictureFetcher } from './picture-fetcher.js';
import type { RedisContext } from './redis-context.js';
import type { RedisTurn } from './redis-turn.js';

/** Between two looks at which model is served. */
const UNKNOWN_MILLISECONDS = 100;

/** Gives pictures that lie in Redis to the workers of this process. */
export class RedisWorkQueue extends WorkQueue {
  private fetcher: PictureFetcher | null = null;
  private mayTake: () => boolean = () => true;

  /** @param servedModel id of the model that this process's workers make pictures with; null as long as it isn't known */
  constructor(
    private readonly context: RedisContext,
    private readonly servedModel: () => string | null,
  ) {
    super();
  }

  /** Pictures that workers of this process make. */
  get running(): readonly RedisTurn[] {
    return this.fetcher?.running ?? [];
  }

  /** Resolves when no picture is made here. */
  async allDone(): Promise<void> {
    await this.fetcher?.allDone();
  }

  async take(signal: AbortSignal): Promise<PictureTurn | null> {
    for (;;) {
      const model = this.servedModel();
      if (signal.aborted) return null;
      if (model !== null) return this.fetcherOf(model).take(signal);
      // It is yet to be announced; a model that is refused is so until its like is gone.
      await pause(UNKNOWN_MILLISECONDS, undefined, { ref: false });
    }
  }

  /** From now on pictures are taken only while it is so. */
  onlyWhile(mayTake: () => boolean): void {
    this.mayTake = mayTake;
    this.fetcher?.onlyWhile(mayTake);
  }

  async close(): Promise<void> {
    await this.fetcher?.close();
  }

  private fetcherOf(model: string): PictureFetcher {
    if (this.fetcher === null) {
      this.fetcher = new PictureFetcher(this.context, model);
      this.fetcher.onlyWhile(this.mayTake);
    }
    return this.fetcher;
  }
}
