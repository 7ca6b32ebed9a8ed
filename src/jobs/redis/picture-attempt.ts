import type { Job } from 'bullmq';
import { textOf } from '../../redis/replies.js';
import type { ScriptArgument } from '../../redis/script-runner.js';
import type { Script } from '../../redis/script.js';
import { patiently } from './patiently.js';
import type { RedisContext } from './redis-context.js';
import { BEGIN, RENEW } from './scripts/worker-scripts.js';

/**
 * A picture that BullMQ has given to this process under a token. It is kept until it is settled, and wanted no longer when its job
 * has ended. What is said of it counts as long as the token is that of the latest attempt: the scripts ignore a worker that was
 * given up.
 */
export class PictureAttempt {
  private readonly abort = new AbortController();
  private readonly renewal: NodeJS.Timeout;
  private readonly stopListening: () => void;
  private hasBegun = false;
  private isSettled = false;
  private onSettled: () => void = () => undefined;

  constructor(
    readonly jobId: string,
    readonly index: number,
    private readonly bull: Job,
    private readonly token: string,
    private readonly context: RedisContext,
  ) {
    this.renewal = setInterval(() => this.renew(), (context.lostSeconds * 1000) / 3);
    // From before it has begun: an end is never missed.
    this.stopListening = context.ends.on(jobId, (isSure) => {
      if (isSure) void this.end();
      else this.renew();
    });
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** @param others workers of this process that still wait @returns what BEGIN says */
  async begin(others: number): Promise<unknown> {
    const reply = await this.surely(BEGIN, this.context.processId, others);
    this.hasBegun = true;
    return reply;
  }

  /** Calls it once it is settled. */
  whenSettled(onSettled: () => void): void {
    this.onSettled = onSettled;
    if (this.isSettled) onSettled();
  }

  run(script: Script, ...args: ScriptArgument[]): Promise<unknown> {
    return this.context.workers.run(script, this.jobId, this.index, this.token, ...args);
  }

  /** As soon as Redis does it; null when the driver was closed before. */
  surely(script: Script, ...args: ScriptArgument[]): Promise<unknown> {
    return patiently(this.context, () => this.run(script, ...args));
  }

  /** It is wanted no longer. */
  async end(): Promise<void> {
    this.abort.abort();
    await this.settle();
  }

  /** BullMQ is to give it to another worker. */
  async giveBack(): Promise<void> {
    this.abort.abort();
    await this.settle(() => this.bull.moveToWait(this.token));
  }

  /** This process is done with it: BullMQ is, too, by default. */
  async settle(tell = (): Promise<unknown> => this.bull.moveToCompleted('', this.token, false)): Promise<void> {
    if (this.isSettled) return;
    this.isSettled = true;
    clearInterval(this.renewal);
    this.stopListening();
    // Where the lock is lost, another has the picture; where that is settled, BullMQ finds out by itself.
    await tell().catch(() => undefined);
    this.onSettled();
  }

  /** A lock that can't be renewed now is renewed when Redis is back: the command waits for that. */
  private renew(): void {
    if (this.isSettled || !this.hasBegun) return;
    this.run(RENEW)
      .then((isOurs) => {
        if (textOf(isOurs) === '0') void this.end();
      })
      .catch(() => undefined);
  }
}
