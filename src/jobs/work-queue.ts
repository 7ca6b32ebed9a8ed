import type { StageSeconds } from '../protocol/picture.js';
import type { EditError } from '../protocol/edit-error.js';
import type { TraceContext } from '../protocol/trace-context.js';
import type { EditJob } from './edit-job.js';
import type { JobProgress, Preview } from './job-event.js';
import type { PictureFile } from './job-snapshot.js';

/** What making a picture took; admission tells by it how long others will. */
export interface PictureWork {
  readonly width: number;
  readonly height: number;
  /** From the engine's request to the picture. */
  readonly seconds: number;
  /** Model time. */
  readonly stageSeconds: StageSeconds;
}

/**
 * A picture whose turn has come, for the worker that has taken it. The worker ends the turn by `made` and then `finish`, or
 * by `fail`. What it reports of a job that has ended meanwhile is ignored; reports count in the order in which they are made.
 */
export interface PictureTurn {
  readonly jobId: string;
  readonly edit: EditJob;
  /** Which of the job's pictures, from 0. */
  readonly index: number;
  /** Pictures of the job in all. */
  readonly images: number;
  /** How long the job stood in line for this turn. */
  readonly waitedSeconds: number;
  /** What the spans of the work are to lie below. */
  readonly trace: TraceContext;
  /** Aborted when the job has ended, whatever ended it: the picture is wanted no longer. */
  readonly signal: AbortSignal;

  /**
   * A step is done. A driver that tells others elsewhere may leave out steps that are followed by others at once; the last it tells.
   * @param pictureSeconds until this picture is made, by its own pace; null until that can be told
   */
  report(progress: JobProgress, pictureSeconds: number | null): Promise<void>;

  /** The model's view of the picture on its way, as a file. */
  preview(preview: Preview): Promise<void>;

  /** The picture is made and the engine free; the job goes behind the others in line if it has more to make and none at engines. */
  made(work: PictureWork): Promise<void>;

  /**
   * The picture's file is there: the driver stores it for the ResultStore, and the job has succeeded if this was its last. Once a
   * picture is made, no other of its job is given out before that: a worker that is faster than the files are written doesn't pile
   * pictures up.
   */
  finish(file: PictureFile): Promise<void>;

  /** The picture can't be made: its job has failed, or was cancelled when that is what `failure` says. */
  fail(failure: EditError): Promise<void>;
}

/**
 * The queue as workers see it, which have pictures made (see JobQueue for turns and ends). Several workers, in one process or
 * many, may take from it, each one picture at a time. A driver whose workers may vanish gives a turn that wasn't ended to
 * another one, with the same index; the picture is the same, as its seed is.
 */
export abstract class WorkQueue {
  /**
   * Waits for a picture's turn, and takes it: no other worker is given it, and its job runs from now on.
   * @param signal the worker waits no longer: the promise resolves with null. A turn that is taken isn't lost by it.
   */
  abstract take(signal: AbortSignal): Promise<PictureTurn | null>;
}
