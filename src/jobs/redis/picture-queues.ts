import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { bullPrefix, queueName } from './keys.js';

/** BullMQ's own events are not read by anybody. */
const BULL_EVENTS = 100;

/** Pictures in line, a BullMQ queue for each model. */
export class PictureQueues {
  private readonly queues = new Map<string, Queue>();

  constructor(
    private readonly redis: Redis,
    private readonly prefix: string,
  ) {}

  /** Puts pictures into line, in this order; nothing happens to those that are there. */
  async add(model: string, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const queue = this.queue(model);
    try {
      // One by one, which are sent in this order: there is one as a rule, and a pipeline of it would cost more than it does.
      const adds = ids.map((id) => queue.add('picture', {}, { jobId: id, removeOnComplete: true, removeOnFail: true }));
      await Promise.all(adds);
    } catch (error) {
      // One that could not be set up stays so.
      this.queues.delete(model);
      throw error;
    }
  }

  private queue(model: string): Queue {
    const known = this.queues.get(model);
    if (known !== undefined) return known;
    const queue = new Queue(queueName(model), {
      connection: this.redis,
      prefix: bullPrefix(this.prefix),
      streams: { events: { maxLen: BULL_EVENTS } },
      skipVersionCheck: true,
    });
    // Faults of the connection are told by it.
    queue.on('error', () => undefined);
    this.queues.set(model, queue);
    return queue;
  }
}
