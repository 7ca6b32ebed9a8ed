import { randomUUID } from 'node:crypto';
import type { EditError } from '../../protocol/edit-error.js';
import { addStageSeconds, NO_STAGE_SECONDS, type StageSeconds } from '../../protocol/picture.js';
import type { TraceContext } from '../../protocol/trace-context.js';
import type { Tracing } from '../../tracing/tracing.js';
import type { EditJob } from '../edit-job.js';
import type { JobEvent, JobProgress, Preview } from '../job-event.js';
import type { JobName } from '../job-queue.js';
import type { JobSnapshot, JobStatus } from '../job-snapshot.js';
import { traceWait } from '../wait-trace.js';
import { EventLog } from './event-log.js';
import { PicturesInOrder } from './pictures-in-order.js';

/** What a job takes beside its texts and files. */
const OWN_BYTES = 4096;

/** A picture whose turn has come. */
interface TakenPicture {
  /** Which of its job's, from 0. */
  readonly index: number;
  /** How long the job stood in line for it. */
  readonly waitedSeconds: number;
}

/** One job's record; its queue decides when what happens. */
export class InMemoryJob {
  /** 122 random bits. */
  readonly id = randomUUID();
  readonly log = new EventLog();
  readonly name: JobName | null;
  readonly trace: TraceContext;
  /** Resolves when the job has ended. */
  readonly ended: Promise<void>;
  /** Those that hold it, see JobQueue. */
  holders = 0;
  isDetached = false;

  private readonly pictures = new PicturesInOrder((event) => {
    if (event.type === 'progress') this.progress = event.progress;
    this.log.append(event);
  });
  private readonly createdAt = new Date();
  private readonly abort = new AbortController();
  private startedAt: Date | null = null;
  private finishedAt: Date | null = null;
  private currentStatus: JobStatus = 'queued';
  private progress: JobProgress | null = null;
  private failure: EditError | null = null;
  private position: number | null = null;
  private waitsSince: number | null = null;
  private waitedSeconds = 0;
  private taken = 0;
  private made = 0;
  private finished = 0;
  private resultBytes = 0;
  private stageSeconds = NO_STAGE_SECONDS;
  private resolveEnded!: () => void;

  /** @param images pictures that it is to make */
  constructor(
    readonly edit: EditJob,
    readonly images: number,
    { name, trace }: { readonly name: JobName | null; readonly trace: TraceContext },
    private readonly tracing: Tracing,
  ) {
    this.name = name;
    this.trace = trace;
    this.ended = new Promise((resolve) => (this.resolveEnded = resolve));
  }

  get status(): JobStatus {
    return this.currentStatus;
  }

  get isLive(): boolean {
    return this.finishedAt === null;
  }

  /** Pictures whose turn has not come yet. */
  get picturesLeft(): number {
    return this.images - this.taken;
  }

  /** Pictures of it that engines are making. */
  get picturesInFlight(): number {
    return this.taken - this.made;
  }

  /** The file of a picture that was made isn't there yet. */
  get isWriting(): boolean {
    return this.made > this.finished;
  }

  /** Aborted when the job has ended. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Memory that the job takes once it has ended, about. */
  get keptBytes(): number {
    const { prompt, negativePrompt } = this.edit.settings;
    return this.resultBytes + 2 * (prompt.length + negativePrompt.length) + OWN_BYTES;
  }

  /** It stands in line at this place, from 1. */
  wait(position: number): void {
    this.waitsSince ??= performance.now();
    if (this.position === position) return;
    this.position = position;
    this.log.append({ type: 'queued', position });
  }

  /** Its turn has come. */
  takePicture(): TakenPicture {
    const waitedSeconds = this.stopWaiting();
    this.currentStatus = 'running';
    if (this.startedAt === null) {
      this.startedAt = new Date();
      this.log.append({ type: 'started' });
    }
    this.taken += 1;
    return { index: this.taken - 1, waitedSeconds };
  }

  /** How far its picture `index` is. */
  report(index: number, progress: JobProgress): void {
    this.say(index, { type: 'progress', progress });
  }

  preview(index: number, preview: Preview): void {
    this.say(index, { type: 'preview', preview });
  }

  /** A picture was made, in so much model time. */
  pictureMade(seconds: StageSeconds): void {
    this.made += 1;
    this.stageSeconds = addStageSeconds(this.stageSeconds, seconds);
  }

  /** The file of picture `index` is there; whether it was the last. */
  finishPicture(index: number, bytes: number): boolean {
    this.finished += 1;
    this.resultBytes += bytes;
    this.say(index, { type: 'picture', index });
    return this.finished === this.images;
  }

  /** Ends the job; only the first end counts. */
  end(failure: EditError | null): void {
    if (!this.isLive) return;
    this.stopWaiting();
    this.finishedAt = new Date();
    this.failure = failure;
    if (failure === null) {
      this.currentStatus = 'succeeded';
      this.log.append({ type: 'succeeded' });
    } else {
      this.currentStatus = failure.kind === 'cancelled' ? 'cancelled' : 'failed';
      this.log.append({ type: 'failed', failure });
    }
    this.log.close();
    this.abort.abort();
    this.resolveEnded();
  }

  snapshot(): JobSnapshot {
    return {
      id: this.id,
      edit: this.edit,
      status: this.status,
      position: this.position,
      progress: this.progress,
      createdAt: this.createdAt,
      startedAt: this.startedAt,
      finishedAt: this.finishedAt,
      failure: this.failure,
      waitedSeconds: this.waitedSeconds,
      stageSeconds: this.stageSeconds,
    };
  }

  private say(index: number, event: JobEvent): void {
    if (this.isLive) this.pictures.say(index, event);
  }

  /** Seconds of the wait that is over; 0 if it didn't wait. */
  private stopWaiting(): number {
    const { waitsSince } = this;
    this.waitsSince = null;
    this.position = null;
    if (waitsSince === null) return 0;
    const seconds = (performance.now() - waitsSince) / 1000;
    this.waitedSeconds += seconds;
    traceWait(this.tracing, this.trace, this.id, seconds);
    return seconds;
  }
}
