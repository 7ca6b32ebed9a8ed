import type { JobEvent, NumberedEvent } from '../job-event.js';
import { withoutSuperseded } from './superseded.js';

/**
 * A job's history. Readers go at their own pace from any point of it; what newer events have superseded is dropped, so that
 * it stays small however slow a reader is.
 */
export class EventLog {
  private entries: NumberedEvent[] = [];
  private count = 0;
  private isClosed = false;
  private waiting: (() => void)[] = [];

  append(event: JobEvent): void {
    if (this.isClosed) return;
    this.entries = withoutSuperseded(this.entries, event);
    this.count += 1;
    this.entries.push({ ...event, number: this.count, at: new Date() });
    this.wake();
  }

  /** Nothing comes after this. */
  close(): void {
    this.isClosed = true;
    this.entries = this.entries.filter(({ type }) => type !== 'preview');
    this.wake();
  }

  /** Every event after number `after` that is still there, then those to come, until the log is closed or the signal aborted. */
  async *read(after: number, signal: AbortSignal): AsyncGenerator<NumberedEvent> {
    const wake = (): void => this.wake();
    signal.addEventListener('abort', wake, { once: true });
    try {
      for (let last = after; !signal.aborted;) {
        const next = this.entries.find(({ number }) => number > last);
        if (next !== undefined) {
          last = next.number;
          yield next;
        } else if (this.isClosed) {
          return;
        } else {
          await new Promise<void>((resolve) => this.waiting.push(resolve));
        }
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
