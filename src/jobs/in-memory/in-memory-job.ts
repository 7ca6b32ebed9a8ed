import { randomUUID } from 'node:crypto';
import type { EditError } from '../../protocol/edit-error.js';
import type { PictureRequest } from '../../protocol/picture-request.js';
import type { StageSeconds } from '../../protocol/picture.js';
import { type EditInputs, type EditOrder, pictureRequest } from '../edit-order.js';
import type { TraceContext, Tracing } from '../../tracing/tracing.js';
import { EventLog } from '../event-log.js';
import type { JobProgress } from '../job-event.js';
import type { JobName } from '../job-queue.js';
import type { JobSnapshot, JobStatus } from '../job-snapshot.js';
import { JobTrace } from '../job-trace.js';

/** What a job takes beside its texts and files. */
const OWN_BYTES = 4096;

/** A picture whose turn has come: which of its job's, from 0, and what the engine is asked for. */
export interface TakenPicture {
  readonly index: number;
  readonly request: PictureRequest;
}

/** One job's state; its queue decides when what happens. */
export class InMemoryJob {
  /** 122 random bits. */
  readonly id = randomUUID();
  readonly log = new EventLog();
  readonly images: number;
  readonly name: JobName | null;
  readonly trace: JobTrace;
  /** Resolves when the job has ended. */
  readonly ended: Promise<void>;
  /** Those that hold it, see JobQueue.leave. */
  holders = 0;
  isDetached = false;
  /** Of its files, once they are made. */
  resultBytes = 0;

  private readonly createdAt = new Date();
  private readonly abort = new AbortController();
  private startedAt: Date | null = null;
  private finishedAt: Date | null = null;
  private currentStatus: JobStatus = 'queued';
  private progress: JobProgress | null = null;
  private failure: EditError | null = null;
  private position: number | null = null;
  private waitsSince: number | null = null;
  private waitedMilliseconds = 0;
  private taken = 0;
  private stageSeconds: StageSeconds = { text: 0, encode: 0, denoise: 0, decode: 0 };
  /** Files are written one after the other, in the order in which they were made. */
  private writing: Promise<void> = Promise.resolve();
  private resolveEnded!: () => void;

  constructor(
    readonly order: EditOrder,
    /** Decoded pictures are large: forgotten as soon as the job ends. */
    private inputs: EditInputs,
    { name, trace }: { readonly name: JobName | null; readonly trace: TraceContext },
    tracing: Tracing,
  ) {
    this.name = name;
    this.trace = new JobTrace(tracing, trace, this.id, order);
    this.images = inputs.length * order.n;
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

  /** Aborted when the job has ended. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Memory that the job takes once it has ended, about. */
  get keptBytes(): number {
    const { prompt, negativePrompt } = this.order.settings;
    return this.resultBytes + 2 * (prompt.length + negativePrompt.length) + OWN_BYTES;
  }

  /** It waits for its turn at this place, from 1. */
  wait(position: number): void {
    this.waitsSince ??= performance.now();
    if (this.position === position) return;
    this.position = position;
    this.log.append({ type: 'queued', position });
  }

  /** Its turn has come: the next picture, and its index. */
  takePicture(): TakenPicture {
    this.stopWaiting();
    this.currentStatus = 'running';
    this.startedAt ??= new Date();
    const index = this.taken;
    this.taken += 1;
    return { index, request: pictureRequest(this.id, this.order, this.inputs, index) };
  }

  report(progress: JobProgress): void {
    this.progress = progress;
    this.log.append({ type: 'progress', progress });
  }

  addSeconds(seconds: StageSeconds): void {
    const { text, encode, denoise, decode } = this.stageSeconds;
    this.stageSeconds = {
      text: text + seconds.text,
      encode: encode + seconds.encode,
      denoise: denoise + seconds.denoise,
      decode: decode + seconds.decode,
    };
  }

  /** Does `write` after what is being written; a fault in it is the job's. Nothing is written for a job that has ended. */
  write(write: () => Promise<void>, fail: (error: unknown) => void): void {
    this.writing = this.writing.then(() => (this.isLive ? write().catch(fail) : undefined));
  }

  /** Resolves when all that was made so far is written. */
  get written(): Promise<void> {
    return this.writing;
  }

  /** Ends the job; only the first end counts. */
  end(failure: EditError | null): void {
    if (!this.isLive) return;
    this.stopWaiting();
    this.finishedAt = new Date();
    this.failure = failure;
    this.inputs = [];
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
    const { id, order, status, position, progress, createdAt, startedAt, finishedAt, failure, stageSeconds } = this;
    const waitedSeconds = this.waitedMilliseconds / 1000;
    return {
      id,
      order,
      status,
      position,
      progress,
      createdAt,
      startedAt,
      finishedAt,
      failure,
      waitedSeconds,
      stageSeconds,
    };
  }

  private stopWaiting(): void {
    if (this.waitsSince !== null) {
      const milliseconds = performance.now() - this.waitsSince;
      this.waitedMilliseconds += milliseconds;
      this.trace.waited(milliseconds / 1000);
    }
    this.waitsSince = null;
    this.position = null;
  }
}
