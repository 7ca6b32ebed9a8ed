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
import { jobKey, nameKey } from './keys.js';
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
const LOOK_SECONDS = 10;

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
  private whenShut: (failure: EditError) => void = () => undefined;
  /** Rejects when the service has ended and Redis could not be told. */
  private readonly isShut = new Promise<never>((_resolve, reject) => (this.whenShut = reject));

  constructor(
    private readonly context: RedisContext,
    private readonly parts: OtherParts,
  ) {
    super();
    this.followers = new LineFollowers(context);
    this.history = new JobEvents(context, this.followers);
    this.submission = new JobSubmission(context, parts.inputs, this.followers);
    // Nobody may be waiting.
    this.isShut.catch(() => undefined);
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
      const id = await orUnavailable(this.submission.submit(randomUUID(), edit, inputs.length, options));
      this.context.held.add(id);
      this.parts.housekeeping.within(options.timeoutSeconds * 1000);
      return id;
    } finally {
      options.reservation.release();
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
    let wake = (): void => undefined;
    const stop = await context.watch.watch(jobKey(context.prefix, id), (message) => {
      if (message === null || message === 'end' || message === 'gone') wake();
    });
    try {
      for (;;) {
        const heard = new Promise<void>((resolve) => (wake = resolve));
        const asked = patiently(context, () => this.snapshot(id, context.workers));
        const job = await orUnavailable(Promise.race([asked, this.isShut]));
        if (job?.finishedAt !== null) return job ?? null;
        await Promise.race([withinSeconds(heard, LOOK_SECONDS), this.isShut]);
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
    await Promise.all(held.ids.map((id) => this.end(id, 'shutdown', failure).catch(() => this.whenShut(failure))));
    await Promise.all(work.running.map((turn) => turn.giveBack()));
  }

  /** Of all jobs that are held here, and all pictures that are made here. */
  private async allDone(): Promise<void> {
    const { held } = this.context;
    await Promise.all(held.ids.map((id) => this.finished(id)));
    await this.parts.work.allDone();
  }

  private async end(id: string, reason: CancelReason, failure: EditError): Promise<boolean> {
    const { context } = this;
    const status = failure.kind === 'cancelled' ? 'cancelled' : 'failed';
    return this.hasEnded(id, reason, await orUnavailable(context.callers.run(END, id, status, writeFailure(failure))));
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

  private async snapshot(id: string, runner = this.context.callers): Promise<JobSnapshot | null> {
    const [position, record] = listOf(await runner.run(SNAPSHOT, id));
    if (record === undefined) return null;
    return readJobRecord(id, position === '' ? null : numberOf(position), fieldsOf(record));
  }
}
