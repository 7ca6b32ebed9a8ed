import { lineKey } from './keys.js';
import type { RedisContext } from './redis-context.js';
import { TELL_POSITIONS } from './scripts/caller-scripts.js';

/** Changes that come within this time of one that was told are told as one. */
const TOGETHER_MILLISECONDS = 50;

/** Has the positions told of those jobs that somebody follows here, as the line moves. */
export class LineFollowers {
  private readonly followed = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private isDue = false;

  constructor(private readonly context: RedisContext) {}

  /** The result ends it. */
  async follow(id: string, model: string): Promise<() => void> {
    const { context, followed } = this;
    followed.set(id, (followed.get(id) ?? 0) + 1);
    const stop = await context.watch.watch(lineKey(context.prefix, model), () => this.tellSoon());
    await this.tell([id]);
    return () => {
      stop();
      const count = (followed.get(id) ?? 1) - 1;
      if (count > 0) followed.set(id, count);
      else followed.delete(id);
    };
  }

  /** The positions of these jobs, where they stand in line. */
  async tell(ids: readonly string[]): Promise<void> {
    await this.context.callers.run(TELL_POSITIONS, ...ids);
  }

  /** At once, but not again before a while has passed. */
  private tellSoon(): void {
    if (this.timer !== undefined) {
      this.isDue = true;
      return;
    }
    this.isDue = false;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.isDue) this.tellSoon();
    }, TOGETHER_MILLISECONDS);
    const ids = [...this.followed.keys()];
    if (ids.length > 0) this.tell(ids).catch(() => undefined);
  }
}
