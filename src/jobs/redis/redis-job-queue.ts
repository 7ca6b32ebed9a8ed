import { randomUUID } from 'node:crypto';
import type { CancelReason } from '../../metrics/metrics.service.js';
import { withinSeconds } from '../../program/within-seconds.js';
import { EDIT_CANCELLED, EditError } from '../../protocol/edit-error.js';
import type { EditInputs, EditJob } from '../edit-job.js';
import type { NumberedEvent } from '../job-event.js';
import { type JobName, JobQueue, type Reservation, type SubmitOptions } from '../job-queue.js';
import type { JobSnapshot, PictureFile } from '../job-snapshot.js';
import { NameTakenError } from '../queue-errors.js';
import { traceWait } from '../wait-trace.js';
import type { Housekeeping } from './housekeeping.js';
import { JobEvents } from './job-events.js';
import { readJobRecord } from './job-record.js';
import { JobSubmission } from './job-submission.js';
import { nameKey } from './keys.js';
import { LineFollowers } from './line-followers.js';
import { writeFailure } from './messages/failure-message.js';
import { readTrace } from './messages/trace-message.js';
import { patiently } from './patiently.js';
import type { RedisContext } from './redis-context.js';
import type { RedisInputStore } from './redis-input-store.js';
import type { RedisResultStore } from './redis-result-store.js';
import type { RedisRoom } from './redis-room.js';
import type { RedisWorkQueue } from './redis-work-queue.js';
import { fieldsOf, listOf, numberOf, textOf } from '../../redis/replies.js';
import { DETACH, END, FORGET, HOLD_NAMED, LEAVE, REMOVE, SNAPSHOT } from './scripts/caller-scripts.js';
import { orUnavailable, unavailable } from '../../redis/unavailable.js';

/** What scripts say in the place of a wait, where a job was not ended. */
const NOT_ENDED = -2;
/** What isn't heard of an end is looked for after so long. */
const LOOK_MILLISECONDS = 10_000;
/** Rings that a bell has had before any: who waits for more than these looks at once. */
const NOT_YET = -1;

/** The driver's own, which its caller's side needs. */
interface OtherParts {
  readonly work: RedisWorkQueue;
  readonly inputs: RedisInputStore;
  readonly results: RedisResultStore;
  readonly housekeeping: Housekeeping;
  readonly room: RedisRoom;
}

/** Takes jobs into Redis, and tells of them, whichever service took them. */
export class RedisJobQueue extends JobQueue {
  readonly takesFiles = true;
  private readonly followers: LineFollowers;
  private readonly history: JobEvents;
  private readonly submission: JobSubmission;
  /** The service has ended and Redis could not be told: who waits is told this. */
  private shutFailure: EditError | null = null;
  private readonly whenShut = new Set<(failure: EditError) => void>();

  constructor(
    private readonly context: RedisContext,
    private readonly parts: OtherParts,
  ) {
    super();
    this.followers = new LineFollowers(context);
    this.history = new JobEvents(context, this.followers, () => this.shutFailure);
    this.submission = new JobSubmission(context, parts.inputs);
  }

  reserve(timeoutSeconds: number): Promise<Reservation> {
    return orUnavailable(this.parts.room.reserve(timeoutSeconds));
  }

  async isNamed(key: string): Promise<boolean> {
    const { callers } = this.context.clients;
    return (await orUnavailable(callers.exists(nameKey(this.context.prefix, key)))) === 1;
  }

  async holdNamed({ key, fingerprint }: JobName): Promise<string | null> {
    const { callers, processId } = this.context;
    const reply = await orUnavailable(callers.run(HOLD_NAMED, processId, key, fingerprint));
    const [outcome, id] = listOf(reply);
    if (outcome === 'taken') throw new NameTakenError();
    if (outcome !== 'same') return null;
    this.context.held.add(textOf(id));
    return textOf(id);
  }

  async submit(edit: EditJob, inputs: EditInputs, options: SubmitOptions): Promise<string> {
    try {
      const known = options.name === null ? null : await this.holdNamed(options.name);
      if (known !== null) return known;
      const images = inputs.length * edit.n;
      await orUnavailable(this.parts.room.checkTime(edit, images, options.timeoutSeconds));
      const id = await this.take(edit, inputs.length, options);
      this.parts.housekeeping.within(options.timeoutSeconds * 1000);
      return id;
    } finally {
      options.reservation.release();
    }
  }

  /** @returns the job's id, which is held from now on */
  private async take(edit: EditJob, edits: number, options: SubmitOptions): Promise<string> {
    const { held } = this.context;
    const own = randomUUID();
    const end = held.listen(own);
    try {
      const id = await orUnavailable(this.submission.submit(own, edit, edits, options));
      if (id === own) held.add(own, end);
      else held.add(id);
      return id;
    } finally {
      if (held.bell(own) === undefined) end.stop();
    }
  }

  async detach(id: string): Promise<void> {
    await orUnavailable(this.context.callers.run(DETACH, id));
  }

  /** A service that can't say so now does when it can: its jobs would be held for good. */
  async leave(id: string): Promise<void> {
    const { context } = this;
    if (!context.held.remove(id)) return;
    const reply = await patiently(context, () => context.workers.run(LEAVE, context.processId, id));
    if (reply !== null) this.hasEnded(id, 'client_gone', reply);
  }

  get(id: string): Promise<JobSnapshot | null> {
    return orUnavailable(this.snapshot(id));
  }

  result(id: string, index: number): Promise<PictureFile | null> {
    return this.parts.results.get(id, index);
  }

  results(id: string): Promise<readonly PictureFile[]> {
    return this.parts.results.list(id);
  }

  async finished(id: string): Promise<JobSnapshot | null> {
    const { context } = this;
    const held = context.held.bell(id);
    // Who holds a job is told of its end anyway, and has listened for it since before it was there.
    const { bell, stop } = held === undefined ? context.held.listen(id) : { bell: held, stop: () => undefined };
    const told = held === undefined ? context.processId : '';
    let seen = held === undefined ? NOT_YET : 0;
    try {
      for (;;) {
        await this.unlessShut(bell.rung(seen, LOOK_MILLISECONDS));
        seen = bell.rings;
        const asked = patiently(context, () => this.snapshot(id, context.workers, told));
        const job = await orUnavailable(this.unlessShut(asked));
        if (job?.finishedAt !== null) return job ?? null;
      }
    } finally {
      stop();
    }
  }

  cancel(id: string): Promise<boolean> {
    return this.end(id, 'deleted', new EditError('cancelled', EDIT_CANCELLED));
  }

  async forget(id: string): Promise<boolean> {
    return textOf(await orUnavailable(this.context.callers.run(FORGET, id))) === '1';
  }

  async remove(id: string): Promise<boolean> {
    return textOf(await orUnavailable(this.context.callers.run(REMOVE, id))) === '1';
  }

  async *events(id: string, after: number, signal: AbortSignal): AsyncGenerator<NumberedEvent> {
    try {
      yield* this.history.read(id, after, signal);
    } catch (error) {
      throw unavailable(error);
    }
  }

  /**
   * Jobs that callers here hold end with the service, and so do pictures that its workers make: what isn't done in time goes to
   * another worker, but for jobs that nobody would have the answer of.
   */
  async drain(graceSeconds: number): Promise<void> {
    const { held } = this.context;
    const { work } = this.parts;
    work.onlyWhile(() => !held.isEmpty);
    await withinSeconds(this.allDone(), graceSeconds);
    const message = 'The service is shutting down, and the edit was not done in time';
    const failure = new EditError('unavailable', message);
    await Promise.all(held.ids.map((id) => this.end(id, 'shutdown', failure).catch(() => this.shut(failure))));
    await Promise.all(work.running.map((turn) => turn.giveBack()));
  }

  /** Of all jobs that are held here, and all pictures that are made here. */
  private async allDone(): Promise<void> {
    const { held } = this.context;
    // One that can't be read is not waited for.
    await Promise.all(held.ids.map((id) => this.finished(id).catch(() => null)));
    await this.parts.work.allDone();
  }

  private async end(id: string, reason: CancelReason, failure: EditError): Promise<boolean> {
    const { context } = this;
    const status = failure.kind === 'cancelled' ? 'cancelled' : 'failed';
    return this.hasEnded(id, reason, await orUnavailable(context.callers.run(END, id, status, writeFailure(failure))));
  }

  private shut(failure: EditError): void {
    this.shutFailure = failure;
    for (const reject of this.whenShut) reject(failure);
  }

  /** Waits no longer than until then. */
  private async unlessShut<T>(asked: Promise<T>): Promise<T> {
    if (this.shutFailure !== null) throw this.shutFailure;
    let give = (): void => undefined;
    const shut = new Promise<never>((_resolve, reject) => {
      this.whenShut.add(reject);
      give = () => this.whenShut.delete(reject);
    });
    return Promise.race([asked, shut]).finally(give);
  }

  /** What the script that was to end a job has answered; whether it did. */
  private hasEnded(id: string, reason: CancelReason, reply: unknown): boolean {
    const { metrics, tracing, limits } = this.context;
    const [waited, trace] = listOf(reply);
    const milliseconds = numberOf(waited);
    // It may be kept from now on.
    this.parts.housekeeping.within(limits.retentionSeconds * 1000);
    if (milliseconds === NOT_ENDED) return false;
    metrics.cancelled(reason);
    // Turns of this process need not wait for the news.
    for (const turn of this.parts.work.running) if (turn.jobId === id) turn.end();
    if (milliseconds >= 0) traceWait(tracing, readTrace(textOf(trace)), id, milliseconds / 1000);
    return true;
  }

  /** @param told a process that is to be told of its end; '' for none */
  private async snapshot(id: string, runner = this.context.callers, told = ''): Promise<JobSnapshot | null> {
    const [position, record] = listOf(await runner.run(SNAPSHOT, id, told));
    if (record === undefined) return null;
    return readJobRecord(id, position === '' ? null : numberOf(position), fieldsOf(record));
  }
}
