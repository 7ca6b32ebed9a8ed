import type { Redis } from 'ioredis';

/** Redis's subscriptions are back a moment after the connection is. */
const SUBSCRIBED_MILLISECONDS = 1000;

/** @param message null: something may have been said that was not heard */
type Listener = (message: string | null) => void;

/**
 * Tells of messages on channels. What was said while there was no connection is lost: then all are told, who have to look
 * for themselves.
 */
export class ChannelWatch {
  private readonly listeners = new Map<string, Set<Listener>>();

  constructor(private readonly subscriber: Redis) {
    subscriber.on('message', (channel: string, message: string) => this.tell(channel, message));
    subscriber.on('ready', () => {
      this.tellAll();
      setTimeout(() => this.tellAll(), SUBSCRIBED_MILLISECONDS).unref();
    });
  }

  /** Resolves when the listener hears everything from now on. The result ends it. */
  async watch(channel: string, listener: Listener): Promise<() => void> {
    const known = this.listeners.get(channel);
    const own = known ?? new Set<Listener>();
    own.add(listener);
    if (known === undefined) this.listeners.set(channel, own);
    // Repeated, as one who has asked just before may still wait for the answer.
    await this.subscriber.subscribe(channel);
    return () => {
      own.delete(listener);
      if (own.size > 0 || this.listeners.get(channel) !== own) return;
      this.listeners.delete(channel);
      this.subscriber.unsubscribe(channel).catch(() => undefined);
    };
  }

  /** Nothing is heard any more: all have to look for themselves a last time. */
  close(): void {
    this.tellAll();
  }

  private tell(channel: string, message: string | null): void {
    for (const listener of this.listeners.get(channel) ?? []) listener(message);
  }

  private tellAll(): void {
    for (const channel of this.listeners.keys()) this.tell(channel, null);
  }
}
