import { modelOfPart } from '../../redis/key-prefix.js';
import { traceWait } from '../wait-trace.js';
import { readTrace } from './messages/trace-message.js';
import type { RedisContext } from './redis-context.js';
import { listOf, numberOf, textOf } from '../../redis/replies.js';
import { SWEEP } from './scripts/housekeeping-scripts.js';

/** Redis's clock and this one's timers may go apart by a little. */
const LATE_MILLISECONDS = 5;

/** Tells Redis that this process lives, and does what is due there: time limits, retention, what lost processes held. */
export class Housekeeping {
  private timer: NodeJS.Timeout | undefined;
  private dueAt = Infinity;
  private isClosed = false;

  constructor(private readonly context: RedisContext) {}

  /** From now on, and at once whenever Redis is reached again. */
  start(): void {
    const { callers } = this.context.clients;
    callers.on('ready', () => void this.sweep());
    if (callers.status === 'ready') void this.sweep();
  }

  /** Something will be due in so many milliseconds. */
  within(milliseconds: number): void {
    const dueAt = performance.now() + milliseconds + LATE_MILLISECONDS;
    if (this.isClosed || dueAt >= this.dueAt) return;
    clearTimeout(this.timer);
    this.dueAt = dueAt;
    this.timer = setTimeout(() => void this.sweep(), milliseconds + LATE_MILLISECONDS);
    this.timer.unref();
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
  }

  private async sweep(): Promise<void> {
    const { callers, lostSeconds, processId } = this.context;
    const pause = (lostSeconds * 1000) / 3;
    this.dueAt = Infinity;
    try {
      const [due, timeouts, gone, waits, missing] = listOf(await callers.run(SWEEP, processId));
      this.note(numberOf(timeouts), numberOf(gone), listOf(waits));
      for (const add of listOf(missing)) await this.addToLine(add);
      const dueMilliseconds = numberOf(due);
      this.within(dueMilliseconds < 0 ? pause : Math.min(pause, dueMilliseconds));
    } catch {
      // The connection tells of its own faults; what is due now is so later.
      this.within(pause);
    }
  }

  private async addToLine(add: unknown): Promise<void> {
    const [model, picture] = listOf(add);
    await this.context.callersQueues.add(modelOfPart(textOf(model)), [textOf(picture)]);
  }

  private note(timeouts: number, gone: number, waits: readonly unknown[]): void {
    const { metrics, tracing } = this.context;
    for (let count = 0; count < timeouts; count += 1) metrics.cancelled('timeout');
    for (let count = 0; count < gone; count += 1) metrics.cancelled('client_gone');
    for (const wait of waits) {
      const [id, waited, trace] = listOf(wait);
      traceWait(tracing, readTrace(textOf(trace)), textOf(id), numberOf(waited) / 1000);
    }
  }
}
