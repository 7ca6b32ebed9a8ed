import type { EditError } from '../../protocol/edit-error.js';
import type { TraceContext } from '../../protocol/trace-context.js';
import type { EditJob } from '../edit-job.js';
import type { JobProgress, Preview } from '../job-event.js';
import type { PictureFile } from '../job-snapshot.js';
import { kindText } from '../picture-kind.js';
import type { PictureTurn, PictureWork } from '../work-queue.js';
import { modelPart } from '../../redis/key-prefix.js';
import { writeFailure } from './messages/failure-message.js';
import { writeFileMeta } from './messages/file-message.js';
import { patiently } from './patiently.js';
import type { PictureAttempt } from './picture-attempt.js';
import { ProgressReports } from './progress-reports.js';
import type { RedisContext } from './redis-context.js';
import { listOf, textOf } from '../../redis/replies.js';
import { FAIL, FINISH, GIVE_BACK, MADE, PREVIEW, REPORT } from './scripts/worker-scripts.js';

/** What a worker has taken. */
export interface TakenPicture {
  readonly edit: EditJob;
  readonly images: number;
  readonly waitedSeconds: number;
  readonly trace: TraceContext;
}

/** A picture that a worker of this process has taken. */
export class RedisTurn implements PictureTurn {
  readonly jobId: string;
  readonly edit: EditJob;
  readonly index: number;
  readonly images: number;
  readonly waitedSeconds: number;
  readonly trace: TraceContext;

  private readonly reports = new ProgressReports(({ progress, pictureSeconds }) =>
    this.attempt.run(REPORT, JSON.stringify(progress), pictureSeconds ?? -1),
  );

  constructor(
    { edit, images, waitedSeconds, trace }: TakenPicture,
    private readonly attempt: PictureAttempt,
    private readonly context: RedisContext,
  ) {
    this.jobId = attempt.jobId;
    this.index = attempt.index;
    this.edit = edit;
    this.images = images;
    this.waitedSeconds = waitedSeconds;
    this.trace = trace;
  }

  get signal(): AbortSignal {
    return this.attempt.signal;
  }

  /** What is lost of it while Redis takes nothing isn't missed. */
  async report(progress: JobProgress, pictureSeconds: number | null): Promise<void> {
    await this.reports.add({ progress, pictureSeconds }).catch(() => undefined);
  }

  async preview({ bytes, ...rest }: Preview): Promise<void> {
    const told = [this.reports.flush(), this.attempt.run(PREVIEW, JSON.stringify(rest), bytes)];
    await Promise.allSettled(told);
  }

  async made({ width, height, seconds, stageSeconds }: PictureWork): Promise<void> {
    const { edit, context } = this;
    const kind = kindText(edit.settings);
    const model = modelPart(edit.model);
    const stages = JSON.stringify(stageSeconds);
    // The last step, where it was just now.
    const report = this.reports.take();
    const progress = report === null ? '' : JSON.stringify(report.progress);
    await this.attempt.surely(MADE, model, context.processId, kind, seconds, stages, width * height, progress);
  }

  async finish(file: PictureFile): Promise<void> {
    const [outcome, adds] = listOf((await this.attempt.surely(FINISH, writeFileMeta(file), file.bytes)) ?? []);
    if (outcome === 'next') await this.addToLine(listOf(adds).map(textOf));
    if (outcome === 'end') await this.attempt.end();
    else await this.attempt.settle();
  }

  async fail(failure: EditError): Promise<void> {
    const status = failure.kind === 'cancelled' ? 'cancelled' : 'failed';
    await this.attempt.surely(FAIL, modelPart(this.edit.model), status, writeFailure(failure));
    await this.attempt.end();
  }

  /** Its job has ended. */
  end(): void {
    void this.attempt.end();
  }

  /** Another worker is to make it. */
  async giveBack(): Promise<void> {
    const isGiven = textOf((await this.attempt.surely(GIVE_BACK, modelPart(this.edit.model))) ?? '') === '1';
    if (isGiven) await this.attempt.giveBack();
    else await this.attempt.end();
  }

  private async addToLine(pictures: readonly string[]): Promise<void> {
    const { context, edit } = this;
    await patiently(context, () => context.workersQueues.add(edit.model, pictures));
  }
}
