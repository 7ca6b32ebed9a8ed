import { modelOfPart } from '../../redis/key-prefix.js';
import type { EditError } from '../../protocol/edit-error.js';
import { redisFault } from '../../redis/redis-fault.js';
import type { NumberedEvent } from '../job-event.js';
import { Bell } from './bell.js';
import { eventsKey, jobKey, previewKey } from './keys.js';
import type { LineFollowers } from './line-followers.js';
import { readEvent } from './messages/event-message.js';
import type { RedisContext } from './redis-context.js';

/** Events that are read at a time. */
const AT_ONCE = 100;
/** What isn't heard is looked for after so long. */
const LOOK_MILLISECONDS = 10_000;
/** While Redis doesn't answer. */
const AWAY_MILLISECONDS = 500;

/** Reads jobs' histories, a stream each in Redis: entry `N-0` is event number N. */
export class JobEvents {
  /** @param shutFailure why nobody here waits for Redis any longer; null: they do */
  constructor(
    private readonly context: RedisContext,
    private readonly followers: LineFollowers,
    private readonly shutFailure: () => EditError | null,
  ) {}

  /** See JobQueue.events. While Redis is away it waits: what was accepted goes on behind that. */
  async *read(id: string, after: number, signal: AbortSignal): AsyncGenerator<NumberedEvent> {
    const { context } = this;
    const record = jobKey(context.prefix, id);
    const [model, finished] = await context.clients.callers.hmget(record, 'model', 'finished');
    if (!model || signal.aborted) return;
    const bell = new Bell();
    const ring = (): void => bell.ring();
    signal.addEventListener('abort', ring);
    const stops = [() => signal.removeEventListener('abort', ring), await context.watch.watch(record, ring)];
    try {
      if (!finished) stops.push(await this.followers.follow(id, modelOfPart(model)));
      yield* this.follow(id, after, bell, signal);
    } finally {
      for (const stop of stops) stop();
    }
  }

  private async *follow(id: string, after: number, bell: Bell, signal: AbortSignal): AsyncGenerator<NumberedEvent> {
    let last = after;
    while (!signal.aborted) {
      const { rings } = bell;
      const seen = await this.look(id, last);
      if (seen === null) {
        const failure = this.shutFailure();
        if (failure !== null) throw failure;
        await bell.rung(rings, AWAY_MILLISECONDS);
        continue;
      }
      const { hasEnded, events, lastNumber } = seen;
      const isNew = lastNumber > last;
      last = lastNumber;
      for (const event of events) {
        yield event;
        if (event.type === 'succeeded' || event.type === 'failed' || hasStopped(signal)) return;
      }
      if (!isNew) {
        if (hasEnded) return;
        await bell.rung(rings, LOOK_MILLISECONDS);
      }
    }
  }

  /** What is new; null while Redis doesn't tell. */
  private async look(
    id: string,
    after: number,
  ): Promise<{ hasEnded: boolean; events: NumberedEvent[]; lastNumber: number } | null> {
    try {
      // Before the events: what ends in between has its last event among them.
      const hasEnded = await this.hasEnded(id);
      return { hasEnded, ...(await this.next(id, after)) };
    } catch (error) {
      if (redisFault(error) === null || this.context.isClosed) throw error;
      return null;
    }
  }

  /** It has no events to come. */
  private async hasEnded(id: string): Promise<boolean> {
    const [version, finished] = await this.context.clients.callers.hmget(
      jobKey(this.context.prefix, id),
      'v',
      'finished',
    );
    return !version || Boolean(finished);
  }

  /** The next ones that are still there, and up to which number was looked. */
  private async next(id: string, after: number): Promise<{ events: NumberedEvent[]; lastNumber: number }> {
    const key = eventsKey(this.context.prefix, id);
    const entries = await this.context.clients.callers.xrange(key, `(${after}-0`, '+', 'COUNT', AT_ONCE);
    const events: NumberedEvent[] = [];
    let lastNumber = after;
    for (const [entryId, fields] of entries) {
      lastNumber = Number(entryId.split('-')[0]);
      const event = await this.event(id, lastNumber, fields);
      if (event !== null) events.push(event);
    }
    return { events, lastNumber };
  }

  private async event(id: string, number: number, fields: readonly string[]): Promise<NumberedEvent | null> {
    const [, type = '', , at = '', , body = ''] = fields;
    const event = readEvent(type, body);
    if (event === null) return null;
    const numbered = { number, at: new Date(Math.floor(Number(at))) };
    if (event.type !== 'preview') return { ...event, ...numbered };
    const preview = previewKey(this.context.prefix, id, event.preview.image - 1);
    const [latest, bytes] = await this.context.clients.callers.hmgetBuffer(preview, 'number', 'bytes');
    // A newer one has taken its place.
    if (!bytes || Number(latest?.toString()) !== number) return null;
    return { type: 'preview', preview: { ...event.preview, bytes }, ...numbered };
  }
}

/** Its reader is gone; that may have changed since it was asked before. */
function hasStopped({ aborted }: AbortSignal): boolean {
  return aborted;
}
