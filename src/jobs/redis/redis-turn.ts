import type { Job } from 'bullmq';
import type { EditError } from '../../protocol/edit-error.js';
import type { TraceContext } from '../../protocol/trace-context.js';
import type { EditJob } from '../edit-job.js';
import type { JobProgress, Preview } from '../job-event.js';
import { kindText } from '../picture-kind.js';
import type { PictureTurn, PictureWork } from '../work-queue.js';
import { modelPart } from '../../redis/key-prefix.js';
import { jobKey } from './keys.js';
import { writeFailure } from './messages/failure-message.js';
import { patiently } from './patiently.js';
import type { RedisContext } from './redis-context.js';
import { listOf, textOf } from '../../redis/replies.js';
import { FAIL, FINISH, GIVE_BACK, MADE, PREVIEW, RENEW, REPORT } from './scripts/worker-scripts.js';

/** What a worker has taken. */
export interface TakenPicture {
  readonly jobId: string;
  readonly index: number;
  readonly edit: EditJob;
  readonly images: number;
  readonly waitedSeconds: number;
  readonly trace: TraceContext;
}

/**
 * A picture that a worker of this process has taken. It is its own as long as the token of its attempt is the latest: what a
 * worker says that was given up is ignored by the scripts.
 */
export class RedisTurn implements PictureTurn {
  readonly jobId: string;
  readonly edit: EditJob;
  readonly index: number;
  readonly images: number;
  readonly waitedSeconds: number;
  readonly trace: TraceContext;

  private readonly abort = new AbortController();
  private renewal: NodeJS.Timeout | undefined;
  private stopWatching: () => void = () => undefined;
  private isSettled = false;
  private onSettled: () => void = () => undefined;

  /** @param bull the picture as BullMQ has given it out under this token */
  constructor(
    taken: TakenPicture,
    private readonly bull: Job,
    private readonly token: string,
    private readonly context: RedisContext,
  ) {
    this.jobId = taken.jobId;
    this.edit = taken.edit;
    this.index = taken.index;
    this.images = taken.images;
    this.waitedSeconds = taken.waitedSeconds;
    this.trace = taken.trace;
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** From now on it keeps the picture, and hears of its job's end. */
  async begin(onSettled: () => void): Promise<void> {
    const { context, jobId } = this;
    this.onSettled = onSettled;
    this.renewal = setInterval(() => this.renew(), (context.lostSeconds * 1000) / 3);
    this.stopWatching = await context.watch.watch(jobKey(context.prefix, jobId), (message) => {
      if (message === 'end' || message === 'gone') this.end();
      else if (message === null) this.renew();
    });
    this.renew();
  }

  /** What is lost of it while Redis takes nothing isn't missed. */
  async report(progress: JobProgress, pictureSeconds: number | null): Promise<void> {
    await this.run(REPORT, JSON.stringify(progress), pictureSeconds ?? -1).catch(() => undefined);
  }

  async preview({ bytes, ...rest }: Preview): Promise<void> {
    await this.run(PREVIEW, JSON.stringify(rest), bytes).catch(() => undefined);
  }

  async made({ width, height, seconds, stageSeconds }: PictureWork): Promise<void> {
    const { edit, context } = this;
    const kind = kindText(edit.settings);
    const model = modelPart(edit.model);
    const stages = JSON.stringify(stageSeconds);
    await this.surely(MADE, model, context.processId, kind, seconds, stages, width * height);
  }

  async finish(bytes: number): Promise<void> {
    const [outcome, adds] = listOf((await this.surely(FINISH, bytes)) ?? []);
    if (outcome === 'next') await this.addToLine(listOf(adds).map(textOf));
    if (outcome === 'end') this.abort.abort();
    await this.settle();
  }

  async fail(failure: EditError): Promise<void> {
    const status = failure.kind === 'cancelled' ? 'cancelled' : 'failed';
    await this.surely(FAIL, modelPart(this.edit.model), status, writeFailure(failure));
    this.abort.abort();
    await this.settle();
  }

  /** Its job has ended. */
  end(): void {
    this.abort.abort();
    void this.settle();
  }

  /** Another worker is to make it. */
  async giveBack(): Promise<void> {
    const isGiven = textOf((await this.surely(GIVE_BACK, modelPart(this.edit.model))) ?? '') === '1';
    this.abort.abort();
    if (isGiven) await this.bull.moveToWait(this.token).catch(() => undefined);
    await this.settle(isGiven);
  }

  private run(...[script, ...args]: Parameters<RedisContext['workers']['run']>): Promise<unknown> {
    return this.context.workers.run(script, this.jobId, this.index, this.token, ...args);
  }

  /** As soon as Redis does it. */
  private surely(...call: Parameters<RedisContext['workers']['run']>): Promise<unknown> {
    return patiently(this.context, () => this.run(...call));
  }

  private async addToLine(pictures: readonly string[]): Promise<void> {
    const { context, edit } = this;
    await patiently(context, () => context.workersQueues.add(edit.model, pictures));
  }

  /** A lock that can't be renewed now is renewed when Redis is back: the command waits for that. */
  private renew(): void {
    if (this.isSettled) return;
    this.run(RENEW)
      .then((isOurs) => {
        if (textOf(isOurs) === '0') this.end();
      })
      .catch(() => undefined);
  }

  private async settle(isElsewhere = false): Promise<void> {
    if (this.isSettled) return;
    this.isSettled = true;
    clearInterval(this.renewal);
    this.stopWatching();
    // Where the lock is lost, another has the picture; where that is settled, BullMQ finds out by itself.
    if (!isElsewhere) await this.bull.moveToCompleted('', this.token, false).catch(() => undefined);
    this.onSettled();
  }
}
