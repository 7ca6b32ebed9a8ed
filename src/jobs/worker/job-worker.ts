import { Logger } from '@nestjs/common';
import { EditError } from '../../protocol/edit-error.js';
import type { EngineSupervisor } from '../../inference/engine-supervisor.service.js';
import type { PictureListener } from '../../inference/running-picture.js';
import type { MadePicture } from '../../protocol/picture.js';
import type { Metrics } from '../../metrics/metrics.service.js';
import { placeOf } from '../edit-order.js';
import type { PictureEncoder } from './picture-encoder.service.js';
import type { ResultStore } from '../result-store.js';
import type { SpeedMeter } from '../speed-meter.js';
import type { InMemoryJob } from '../in-memory/in-memory-job.js';
import { PictureRun } from './picture-run.js';

/** Ends a job: null when it is done. */
export type EndJob = (job: InMemoryJob, failure: EditError | null) => void;

/** Has the engine make a job's next picture, and puts the file that it becomes into the store. */
export class JobWorker {
  private readonly logger = new Logger('Jobs');

  constructor(
    private readonly engine: EngineSupervisor,
    private readonly encoder: PictureEncoder,
    private readonly store: ResultStore,
    private readonly metrics: Metrics,
    private readonly speed: SpeedMeter,
    private readonly end: EndJob,
  ) {}

  /** The job's turn has come; `make` follows at once. */
  begin(job: InMemoryJob): PictureRun {
    const turn = new PictureRun(job, job.takePicture(), this.speed);
    if (turn.index === 0) this.metrics.jobStarted(job.snapshot().waitedSeconds);
    return turn;
  }

  /** Resolves when the engine can be given the next picture; the file may still be written then. */
  async make(turn: PictureRun): Promise<void> {
    const { job, index, request } = turn;
    const tell = job.trace.picture(index);
    try {
      // At most one picture of a job is held beside its files.
      await job.written;
      const made = await this.engine.make(request, this.listener(turn), job.signal);
      tell(made);
      this.speed.add(job.order.settings, made.picture, turn.elapsedSeconds);
      this.metrics.pictureMade(made.seconds);
      job.addSeconds(made.seconds);
      job.write(() => this.finish(turn, made), this.failing(job));
    } catch (error) {
      tell(this.fail(job, error));
    }
  }

  private listener(turn: PictureRun): PictureListener {
    const { job, index } = turn;
    const stepDone = this.metrics.stepWatch();
    return {
      progress: (step, steps) => {
        stepDone();
        turn.progress(step, steps);
      },
      preview: (previewIndex, image) =>
        job.write(async () => {
          const bytes = await this.encoder.preview(image, job.order);
          const { width, height } = image;
          const preview = { image: index + 1, index: previewIndex, bytes, width, height };
          job.log.append({ type: 'preview', preview });
        }, this.failing(job)),
    };
  }

  private async finish({ job, index }: PictureRun, { picture, tokens }: MadePicture): Promise<void> {
    const bytes = await this.encoder.result(picture, job.order);
    if (!job.isLive) return;
    const { width, height } = picture;
    await this.store.add(job.id, index, { bytes, width, height, tokens, ...placeOf(job.order, index) });
    job.resultBytes += bytes.length;
    job.log.append({ type: 'picture', index });
    if (index + 1 === job.images) this.end(job, null);
  }

  private failing(job: InMemoryJob): (error: unknown) => void {
    return (error) => void this.fail(job, error);
  }

  private fail(job: InMemoryJob, error: unknown): EditError {
    const failure = this.failureOf(error);
    this.end(job, failure);
    return failure;
  }

  private failureOf(error: unknown): EditError {
    if (error instanceof EditError) return error;
    this.logger.error(error instanceof Error ? error.stack : error);
    return new EditError('failed', 'an internal error');
  }
}
