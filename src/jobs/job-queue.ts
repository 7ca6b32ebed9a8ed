import type { TraceContext } from '../tracing/tracing.js';
import type { EditInputs, EditOrder } from './edit-order.js';
import type { NumberedEvent } from './job-event.js';
import type { JobSnapshot, PictureFile } from './job-snapshot.js';

/** A place in the queue that is kept for a job whose request is still being read. */
export interface Place {
  /** Gives the place up; nothing happens when a job has taken it. */
  release(): void;
}

/** The caller's own name for a job: the same name and content is the same job. */
export interface JobName {
  readonly key: string;
  readonly fingerprint: string;
}

export interface SubmitOptions {
  readonly place: Place;
  /** From now to the job's end; then it fails with `timeout`. */
  readonly timeoutSeconds: number;
  readonly name: JobName | null;
  /** What the spans of its work are to lie below. */
  readonly trace: TraceContext;
}

/**
 * Where jobs wait for the engine, and are asked for. A driver decides where they are kept; all it hands out are ids, plain
 * data and events, so that callers and workers need not share a process. Pictures are made one at a time; after each, a job
 * that has more to make goes behind the others that wait.
 */
export abstract class JobQueue {
  /**
   * Keeps a place for a job that is about to be submitted.
   * @param timeoutSeconds how long the caller will wait: one whose turn would come later is not let in
   * @throws QueueFullError
   */
  abstract reserve(timeoutSeconds: number): Promise<Place>;

  /** A job of this name is there. */
  abstract isNamed(key: string): Promise<boolean>;

  /**
   * Takes a job, or finds the one of the same name; the caller holds it until `leave`.
   * @returns its id, which can't be guessed
   * @throws NameTakenError when a job of that name has another content
   * @throws QueueFullError when by the measured speed it would not be done in time, for the work that is before it
   */
  abstract submit(order: EditOrder, inputs: EditInputs, options: SubmitOptions): Promise<string>;

  /** From now on the job lives on its own: it goes on without its holders, and is kept for a while after its end. */
  abstract detach(id: string): Promise<void>;

  /** Who submitted a job has its answer, or wants it no longer: one that nobody holds is cancelled or forgotten, if it isn't detached. */
  abstract leave(id: string): Promise<void>;

  /** null: there is no such job (any more). */
  abstract get(id: string): Promise<JobSnapshot | null>;

  /** The finished pictures of a job, in order. */
  abstract results(id: string): Promise<readonly PictureFile[]>;

  /** Resolves with the job once it has ended. */
  abstract finished(id: string): Promise<JobSnapshot | null>;

  /** Gives a job up: at once when it waits, at the next step when it runs. False when it has ended already. */
  abstract cancel(id: string): Promise<boolean>;

  /**
   * What happened to the job after its event number `after`, and what happens from now on until it ends. A reader that is
   * slower than the job doesn't see the progress and the previews that newer ones have superseded.
   * @param signal ends the iteration
   */
  abstract events(id: string, after: number, signal: AbortSignal): AsyncIterable<NumberedEvent>;

  /** Resolves when every job has ended; those that haven't after `graceSeconds` fail. */
  abstract drain(graceSeconds: number): Promise<void>;
}
