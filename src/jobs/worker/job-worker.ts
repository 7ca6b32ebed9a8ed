import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { PictureEngine, ProgressListener } from '../../inference/picture-engine.js';
import { EDIT_CANCELLED, EditError } from '../../protocol/edit-error.js';
import type { MadePicture } from '../../protocol/picture.js';
import type { PictureRequest } from '../../protocol/picture-request.js';
import { pictureRequest, placeOf } from '../edit-job.js';
import type { PictureTurn } from '../work-queue.js';
import { PictureRun } from './picture-run.js';
import { PictureTrace } from './picture-trace.js';
import { PictureWriter } from './picture-writer.js';
import type { WorkerParts } from './worker-parts.js';

/** After a fault of the queue, before it is asked again. */
const FAULT_PAUSE_MILLISECONDS = 1000;

/** Has one engine make the pictures whose turn has come, one after the other, whatever the queue keeps its jobs in. */
export class JobWorker {
  private readonly logger = new Logger('Jobs');
  private isStopped = false;

  constructor(
    private readonly engine: PictureEngine,
    private readonly parts: WorkerParts,
  ) {}

  /** Works until `stop`. */
  async run(): Promise<void> {
    while (!this.isStopped) await this.next().catch((error: unknown) => this.rest(error));
  }

  /** Takes nothing more once its engine has ended. */
  stop(): void {
    this.isStopped = true;
  }

  /** While the engine can't make pictures they stay in line. */
  private async next(): Promise<void> {
    const over = await this.engine.settled();
    if (this.isStopped) return;
    const turn = await this.parts.queue.take(over);
    if (turn !== null) await this.make(turn);
  }

  /** Resolves when the engine can be given the next picture; the file may still be written then. */
  private async make(turn: PictureTurn): Promise<void> {
    const { encoder, engines, metrics, speed, tracing } = this.parts;
    if (turn.index === 0) metrics.jobStarted(turn.waitedSeconds);
    const run = new PictureRun(turn, speed, engines);
    const trace = new PictureTrace(tracing, turn);
    const writer = new PictureWriter(turn, encoder, this.failing(turn));
    let made: MadePicture;
    try {
      made = await this.engine.make(await this.request(turn), this.listener(turn, run, writer), turn.signal);
    } catch (error) {
      const failure = this.failureOf(error);
      trace.end(failure);
      await turn.fail(failure);
      return;
    }
    trace.end(made);
    metrics.pictureMade(this.engine.name, made.seconds);
    const { width, height } = made.picture;
    const seconds = run.elapsedSeconds;
    speed.add(turn.edit.settings, { width, height }, seconds);
    const told = turn.made({ width, height, seconds, stageSeconds: made.seconds });
    writer.result(made, told);
    await told;
  }

  private async request({ jobId, edit, index }: PictureTurn): Promise<PictureRequest> {
    const input = await this.parts.inputs.get(jobId, placeOf(edit, index).inputIndex);
    if (input === null) throw new EditError('cancelled', EDIT_CANCELLED);
    return pictureRequest(jobId, edit, index, input);
  }

  private listener(turn: PictureTurn, run: PictureRun, writer: PictureWriter): ProgressListener {
    const stepDone = this.parts.metrics.stepWatch(this.engine.name);
    return {
      progress: (step, steps) => {
        stepDone();
        const { progress, pictureSeconds } = run.advance(step, steps);
        turn.report(progress, pictureSeconds).catch(this.failing(turn));
      },
      preview: (index, image) => writer.preview(index, image),
    };
  }

  /** For what goes wrong beside the making of a picture. */
  private failing(turn: PictureTurn): (error: unknown) => void {
    return (error) => void turn.fail(this.failureOf(error)).catch((fault: unknown) => this.log(fault));
  }

  private failureOf(error: unknown): EditError {
    if (error instanceof EditError) return error;
    this.log(error);
    return new EditError('failed', 'an internal error');
  }

  private async rest(fault: unknown): Promise<void> {
    this.log(fault);
    await pause(FAULT_PAUSE_MILLISECONDS);
  }

  private log(error: unknown): void {
    this.logger.error(error instanceof Error ? error.stack : error);
  }
}
