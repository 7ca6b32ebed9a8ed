import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { type Job, Worker } from 'bullmq';
import { EditError } from '../../protocol/edit-error.js';
import { traceWait } from '../wait-trace.js';
import { modelPart } from '../../redis/key-prefix.js';
import { bullPrefix, parsePictureId, queueName } from './keys.js';
import { readEditMessage } from './messages/edit-message.js';
import { writeFailure } from './messages/failure-message.js';
import { readTrace } from './messages/trace-message.js';
import { patiently } from './patiently.js';
import { PictureAttempt } from './picture-attempt.js';
import type { RedisContext } from './redis-context.js';
import { RedisTurn } from './redis-turn.js';
import { redisFault } from '../../redis/redis-fault.js';
import { listOf, numberOf, textOf } from '../../redis/replies.js';
import { END } from './scripts/caller-scripts.js';
import { SET_IDLE } from './scripts/worker-scripts.js';

/** So long a wait for work is asked of Redis at a time. */
const BLOCK_SECONDS = 5;
/** After a fault, before it is tried again. */
const FAULT_PAUSE_MILLISECONDS = 500;
const UNBLOCK_PAUSE_MILLISECONDS = 20;
/** The picture of a worker that is lost is made once more: a second loss may be the picture's own doing. */
const MOST_LOSSES = 1;

const LOST_TWICE = new EditError('failed', 'the worker that made the picture was lost, twice');

/** Takes the turn whose picture has come; null: none will be given. */
type Taker = (turn: RedisTurn | null) => void;

/** Fetches pictures of one model from BullMQ for the workers of this process, only while one of them waits for it. */
export class PictureFetcher {
  private readonly logger = new Logger('Redis');
  private readonly takers = new Set<Taker>();
  private readonly turns = new Set<RedisTurn>();
  private readonly bull: Worker;
  private isRunning = false;
  private isBlocked = false;
  private isClosed = false;
  /** How many workers Redis was told last that wait; null: that isn't known. */
  private toldIdle: number | null = null;
  private whenDone: (() => void)[] = [];
  /** May a picture be taken at all? */
  private mayTake: () => boolean = () => true;

  constructor(
    private readonly context: RedisContext,
    private readonly model: string,
  ) {
    const lostMilliseconds = context.lostSeconds * 1000;
    this.bull = new Worker(queueName(model), null, {
      connection: context.clients.workers,
      prefix: bullPrefix(context.prefix),
      autorun: false,
      lockDuration: lostMilliseconds,
      stalledInterval: Math.ceil(lostMilliseconds / 3),
      maxStalledCount: MOST_LOSSES,
      skipVersionCheck: true,
    });
    this.bull.on('error', (error) => {
      if (!isTold(error)) this.logger.warn(`BullMQ: ${error.message}`);
    });
    void this.bull.startStalledCheckTimer();
    context.held.onAdd(() => void this.run());
  }

  /** Pictures that workers of this process make. */
  get running(): readonly RedisTurn[] {
    return [...this.turns];
  }

  /** Resolves when no picture is made here. */
  async allDone(): Promise<void> {
    while (this.turns.size > 0) await new Promise<void>((resolve) => this.whenDone.push(resolve));
  }

  take(signal: AbortSignal): Promise<RedisTurn | null> {
    return new Promise((resolve) => {
      const stop = (): void => taker(null);
      const taker: Taker = (turn) => {
        this.takers.delete(taker);
        signal.removeEventListener('abort', stop);
        if (turn === null) this.takerHasLeft();
        resolve(turn);
      };
      if (signal.aborted) {
        resolve(null);
        return;
      }
      signal.addEventListener('abort', stop);
      this.takers.add(taker);
      // Else it is told when there is nothing to take.
      if (this.isBlocked) this.tellIdle();
      void this.run();
    });
  }

  /** From now on pictures are taken only while it is so. */
  onlyWhile(mayTake: () => boolean): void {
    this.mayTake = mayTake;
    this.takerHasLeft();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const taker of this.takers) taker(null);
    await this.bull.close(true).catch(() => undefined);
  }

  private get wantsWork(): boolean {
    return this.takers.size > 0 && !this.isClosed && this.mayTake();
  }

  private settled(turn: RedisTurn): void {
    this.turns.delete(turn);
    this.logger.debug(`This process leaves picture ${turn.index + 1} of job ${turn.jobId}`);
    for (const resolve of this.whenDone.splice(0)) resolve();
  }

  private tellIdle(): void {
    const { context, model } = this;
    const count = this.mayTake() ? this.takers.size : 0;
    if (count === this.toldIdle) return;
    this.toldIdle = count;
    context.workers
      .run(SET_IDLE, modelPart(model), context.processId, count)
      .then((adds) => this.addToLine(adds))
      .catch(() => (this.toldIdle = null));
  }

  /** Further pictures of jobs that have some at engines, for workers that wait. */
  private async addToLine(adds: unknown): Promise<void> {
    const { context, model } = this;
    const pictures = listOf(adds).map(textOf);
    await patiently(context, () => context.workersQueues.add(model, pictures));
  }

  private takerHasLeft(): void {
    this.tellIdle();
    if (!this.wantsWork) void this.unblock();
  }

  private async run(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    while (this.wantsWork) await this.fetch().catch((error: unknown) => this.rest(error));
    this.isRunning = false;
  }

  private async fetch(): Promise<void> {
    const token = randomUUID();
    // Its types say that there always is one.
    const job = (await this.bull.getNextJob(token, { block: false })) as Job | undefined;
    if (job === undefined) return this.wait();
    const turn = await this.begin(job, token);
    if (turn === null) return;
    const [taker] = this.takers;
    if (taker === undefined || !this.mayTake()) await turn.giveBack();
    else taker(turn);
  }

  /** null: there is nothing to make of it. */
  private async begin(job: Job, token: string): Promise<RedisTurn | null> {
    const picture = parsePictureId(job.id ?? '');
    if (picture === null) {
      await job.moveToCompleted('', token, false).catch(() => undefined);
      return null;
    }
    const attempt = new PictureAttempt(picture.jobId, picture.index, job, token, this.context);
    const turn = hasStalledTooOften(job) ? await this.giveUp(attempt, LOST_TWICE) : await this.turn(attempt);
    if (turn === null) await attempt.settle();
    return turn;
  }

  private async turn(attempt: PictureAttempt): Promise<RedisTurn | null> {
    const { context } = this;
    const { jobId, index } = attempt;
    const others = Math.max(0, this.takers.size - 1);
    this.toldIdle = null;
    const [outcome, edit, images, waited, trace, adds] = listOf((await attempt.begin(others)) ?? []);
    if (outcome !== 'turn') return null;
    this.toldIdle = others;
    await this.addToLine(adds);
    try {
      const taken = {
        edit: readEditMessage(textOf(edit)),
        images: numberOf(images),
        waitedSeconds: numberOf(waited) / 1000,
        trace: readTrace(textOf(trace)),
      };
      const turn = new RedisTurn(taken, attempt, context);
      this.turns.add(turn);
      this.logger.debug(`This process takes picture ${index + 1} of job ${jobId}`);
      attempt.whenSettled(() => this.settled(turn));
      traceWait(context.tracing, taken.trace, jobId, taken.waitedSeconds);
      return turn;
    } catch (error) {
      // A record that can't be read is nobody's.
      this.logger.error(`Job ${jobId} can't be read: ${(error as Error).message}`);
      return this.giveUp(attempt, new EditError('failed', "the job's record is damaged"));
    }
  }

  private async giveUp({ jobId }: PictureAttempt, failure: EditError): Promise<null> {
    const { context } = this;
    await patiently(context, () => context.workers.run(END, jobId, 'failed', writeFailure(failure)));
    return null;
  }

  /** Until BullMQ says that there is work, or nobody wants any. */
  private async wait(): Promise<void> {
    this.isBlocked = true;
    this.tellIdle();
    try {
      if (this.wantsWork) await this.context.clients.blocking.bzpopmin(this.bull.keys['marker'] ?? '', BLOCK_SECONDS);
    } finally {
      this.isBlocked = false;
    }
  }

  /** Ends the wait for work, which would else take some that nobody wants. */
  private async unblock(): Promise<void> {
    const { clients } = this.context;
    while (this.isBlocked && !this.wantsWork) {
      const { blockingId, callers } = clients;
      if (blockingId !== null) await callers.client('UNBLOCK', blockingId).catch(() => undefined);
      await pause(UNBLOCK_PAUSE_MILLISECONDS);
    }
  }

  private async rest(error: unknown): Promise<void> {
    if (!this.isClosed && !isTold(error)) this.logger.error(`Fetching a picture failed: ${(error as Error).message}`);
    await pause(FAULT_PAUSE_MILLISECONDS);
  }
}

/** Redis's own faults are told by RedisHealth. */
function isTold(error: unknown): boolean {
  return redisFault(error) !== null;
}

/** BullMQ marks such a picture, and leaves it to who takes it to let it fail. */
function hasStalledTooOften({ deferredFailure }: { readonly deferredFailure?: string }): boolean {
  return deferredFailure !== undefined;
}
