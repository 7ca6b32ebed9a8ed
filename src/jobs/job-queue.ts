import type { TraceContext } from '../protocol/trace-context.js';
import type { EditInputs, EditJob } from './edit-job.js';
import type { JobFiles } from './job-files.js';
import type { NumberedEvent } from './job-event.js';
import type { JobSnapshot, PictureFile } from './job-snapshot.js';

/** Room in the queue that is kept for a job whose request is still being read. */
export interface Reservation {
  /** Gives the room up; nothing happens the second time, or when a job has taken it. */
  release(): void;
}

/** The caller's own name for a job: the same name and content is the same job. */
export interface JobName {
  /** The caller's text, as an Idempotency-Key gives it. */
  readonly key: string;
  /** Of the request's content: equal for equal requests only. */
  readonly fingerprint: string;
}

/** How a job is taken, beside what it is to make. */
export interface SubmitOptions {
  /** `submit` releases it, whatever comes of the job. */
  readonly reservation: Reservation;
  /** From now to the job's end; then it fails with `timeout`. */
  readonly timeoutSeconds: number;
  /** The uploaded files, where the driver takes them (JobQueue.takesFiles). */
  readonly files: JobFiles | null;
  /** null: it is always a job of its own. */
  readonly name: JobName | null;
  /** What the spans of its work are to lie below. */
  readonly trace: TraceContext;
}

/**
 * The queue as callers see it, which want pictures: they submit jobs, follow them and fetch what came of them. WorkQueue is the
 * same queue as workers see it. A driver implements both, and decides where jobs are kept; all that it hands out are ids,
 * plain data and events, so that callers and workers need not share a process, and any caller may ask for any job.
 *
 * **Turns.** Jobs stand in line in the order in which they came; each picture is a turn, and after it a job that has more to make
 * goes behind the others in line. A short job therefore waits for one picture of a batch, not for the batch. A worker for which no
 * job stands in line takes a further picture of a job that has some at engines: of the one that has the fewest there, of several
 * such jobs the one that had its last turn the longest time ago.
 *
 * **Order.** Whatever order pictures are finished in, `progress`, `preview` and `picture` are told of a job's first picture that
 * isn't finished: what is said of others is told once they have become the first.
 *
 * **Positions** count the jobs in line from 1, which is next. A job is told its position (`queued`) when it comes and
 * whenever it changes, never twice the same in one wait; while a picture of it is made it has none, and counts for none.
 *
 * **Ends.** A job ends once, and the first end counts: `succeeded` with its last picture's file, `failed`, or `cancelled`. At
 * that moment it leaves the line, its inputs are deleted, its last event is told, and the signals of its running turns are
 * aborted.
 *
 * **Holds.** Each `submit` holds the job, also where it finds one by its name; each is paired with one `leave`. A job that is
 * held isn't forgotten. When the last holder leaves a job that isn't detached, a live one is cancelled.
 *
 * **Retention.** A job that has ended and is without holders is kept for a while (JOB_RETENTION_SECONDS from its end) if it is
 * detached or named, else forgotten at once; beyond JOB_RETENTION_BYTES in all, the one that was kept first is forgotten
 * first. A forgotten job's results and name are gone with it. A cancelled job loses its name at once, and is kept only if it
 * is detached.
 */
export abstract class JobQueue {
  /** Jobs are taken with the files that were uploaded, which are kept elsewhere: the pixels made of them are kept by nobody. */
  abstract readonly takesFiles: boolean;

  /**
   * Keeps room for a job that is about to be submitted: QUEUE_LIMIT jobs may be in line or have a reservation, and one more
   * for each engine that has nothing to do.
   * @param timeoutSeconds how long the caller will wait: a job with a turn later than that, by the measured speed, isn't let in
   * @throws QueueFullError
   */
  abstract reserve(timeoutSeconds: number): Promise<Reservation>;

  /** A job of this name is there. */
  abstract isNamed(key: string): Promise<boolean>;

  /**
   * Finds the job of this name, which the caller holds until `leave`, as after `submit`; null when there is none.
   * @throws NameTakenError when it has another content
   */
  abstract holdNamed(name: JobName): Promise<string | null>;

  /**
   * Takes a job, or finds the one of the same name; the caller holds it until `leave`.
   * @param inputs one an edit; without any pixels where the driver takes files
   * @returns its id, which can't be guessed
   * @throws NameTakenError when a job of that name has another content
   * @throws QueueFullError when by the measured speed it would not be done in time, for the work that is before it
   */
  abstract submit(edit: EditJob, inputs: EditInputs, options: SubmitOptions): Promise<string>;

  /** From now on the job lives on its own: it goes on without its holders, and is kept for a while after its end. */
  abstract detach(id: string): Promise<void>;

  /**
   * The caller that submitted a job has its answer, or wants it no longer: a job without holders is cancelled or forgotten, if
   * it isn't detached.
   */
  abstract leave(id: string): Promise<void>;

  /** null: there is no such job (any more). */
  abstract get(id: string): Promise<JobSnapshot | null>;

  /** One finished picture of a job, from 0; null when there is none (any more). */
  abstract result(id: string, index: number): Promise<PictureFile | null>;

  /** All finished pictures of a job, in order: large, and only for a caller that needs all. */
  abstract results(id: string): Promise<readonly PictureFile[]>;

  /** Resolves with the job once it has ended; null when there is no such job (any more). */
  abstract finished(id: string): Promise<JobSnapshot | null>;

  /** Gives a job up: at once when it waits, at the next step when it runs. False when it has ended already. */
  abstract cancel(id: string): Promise<boolean>;

  /**
   * Forgets a job that has ended, with its results and its name: at once, or when its last holder leaves it. False when it
   * has not ended, or there is no such job.
   */
  abstract forget(id: string): Promise<boolean>;

  /**
   * Removes a job whose record can't be read, whatever it was at: what asks for it says `damaged`. False when there is no such
   * job; a driver whose records can't be damaged has none.
   */
  abstract remove(id: string): Promise<boolean>;

  /**
   * What happened to the job after its event number `after`, and what happens from now on until it ends. A newer `queued`,
   * `progress` or `preview` supersedes the one before, a `picture` its previews, and the end all previews: a reader that is
   * slower than the job, or comes later, doesn't see what is superseded. Numbers are never given twice.
   * @param signal ends the iteration
   */
  abstract events(id: string, after: number, signal: AbortSignal): AsyncIterable<NumberedEvent>;

  /**
   * The service ends: resolves when every job that ends with it has ended; those that haven't after `graceSeconds` fail with
   * `unavailable`. A driver whose jobs outlive the service leaves to other processes those that no caller here holds and no
   * worker here makes.
   */
  abstract drain(graceSeconds: number): Promise<void>;
}
