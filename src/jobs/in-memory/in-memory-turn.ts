import type { EditError } from '../../protocol/edit-error.js';
import type { TraceContext } from '../../protocol/trace-context.js';
import type { PictureLoad } from '../admission/queue-load.js';
import type { EditJob } from '../edit-job.js';
import type { JobProgress, Preview } from '../job-event.js';
import type { PictureFile } from '../job-snapshot.js';
import type { SpeedMeter } from '../speed-meter.js';
import type { PictureTurn, PictureWork } from '../work-queue.js';
import type { InMemoryJob } from './in-memory-job.js';

/** Told what a worker says of its turn. */
export interface TurnListener {
  made(turn: InMemoryTurn, work: PictureWork): void;
  finished(turn: InMemoryTurn, file: PictureFile): void;
  failed(turn: InMemoryTurn, failure: EditError): void;
}

/** A picture that a worker of this process has taken. */
export class InMemoryTurn implements PictureTurn {
  readonly jobId: string;
  readonly edit: EditJob;
  readonly index: number;
  readonly images: number;
  readonly waitedSeconds: number;
  readonly trace: TraceContext;
  readonly signal: AbortSignal;

  private readonly takenAt = performance.now();
  /** What the worker said last of the time until the picture is made. */
  private told: { readonly seconds: number; readonly at: number } | null = null;

  constructor(
    readonly job: InMemoryJob,
    private readonly listener: TurnListener,
  ) {
    const { index, waitedSeconds } = job.takePicture();
    this.jobId = job.id;
    this.edit = job.edit;
    this.index = index;
    this.images = job.images;
    this.waitedSeconds = waitedSeconds;
    this.trace = job.trace;
    this.signal = job.signal;
  }

  report(progress: JobProgress, pictureSeconds: number | null): Promise<void> {
    this.told = pictureSeconds === null ? null : { seconds: pictureSeconds, at: performance.now() };
    this.job.report(this.index, progress);
    return Promise.resolve();
  }

  preview(preview: Preview): Promise<void> {
    this.job.preview(this.index, preview);
    return Promise.resolve();
  }

  made(work: PictureWork): Promise<void> {
    this.listener.made(this, work);
    return Promise.resolve();
  }

  finish(file: PictureFile): Promise<void> {
    this.listener.finished(this, file);
    return Promise.resolve();
  }

  fail(failure: EditError): Promise<void> {
    this.listener.failed(this, failure);
    return Promise.resolve();
  }

  /**
   * The picture as admission weighs it: by its own pace as soon as the worker tells it, else by others; 0 if nothing tells.
   * @param picturesLeft of its job that count with it
   */
  load(speed: SpeedMeter, picturesLeft: number): PictureLoad {
    const { edit, images, job } = this;
    const { settings } = edit;
    // It is being given up.
    if (!job.isLive) return { settings, images, picturesLeft: 0, remainingSeconds: 0 };
    const { seconds, at } = this.told ?? { seconds: speed.leastSeconds(settings), at: this.takenAt };
    const remainingSeconds = Math.max(0, seconds - (performance.now() - at) / 1000);
    return { settings, images, picturesLeft, remainingSeconds };
  }
}
