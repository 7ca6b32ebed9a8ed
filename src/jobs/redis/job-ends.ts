import type { ChannelWatch } from '../../redis/channel-watch.js';

/** @param isSure false: the job may have ended, as something was said that was not heard */
type Listener = (isSure: boolean) => void;

/**
 * Tells of ends of jobs. Scripts tell each process of those that it holds, waits for or makes pictures of, on a channel of its
 * own, which it hears from its start to its end: nothing is subscribed to for a single job.
 */
export class JobEnds {
  private readonly listeners = new Map<string, Set<Listener>>();

  constructor(watch: ChannelWatch, channel: string) {
    const tell = (message: string | null): void => {
      if (message === null) this.tellAll();
      else this.tell(message, true);
    };
    // The connection repeats it until Redis is reached; what ends before that isn't heard.
    watch.watch(channel, tell).then(
      () => this.tellAll(),
      () => undefined,
    );
  }

  /** Hears of this job's end from now on, if it is this process that is told of it. The result ends it. */
  on(id: string, listener: Listener): () => void {
    const own = this.listeners.get(id) ?? new Set();
    own.add(listener);
    this.listeners.set(id, own);
    return () => {
      own.delete(listener);
      if (own.size === 0 && this.listeners.get(id) === own) this.listeners.delete(id);
    };
  }

  private tell(id: string, isSure: boolean): void {
    for (const listener of this.listeners.get(id) ?? []) listener(isSure);
  }

  private tellAll(): void {
    for (const id of this.listeners.keys()) this.tell(id, false);
  }
}
