import type { CancelReason, Metrics } from '../../metrics/metrics.service.js';
import { withinSeconds } from '../../program/within-seconds.js';
import { EDIT_CANCELLED, EditError } from '../../protocol/edit-error.js';
import type { Tracing } from '../../tracing/tracing.js';
import { Admission } from '../admission/admission.js';
import type { Refusal } from '../admission/refusal.js';
import type { EditInputs, EditJob } from '../edit-job.js';
import type { DriverParts } from '../job-driver.js';
import type { NumberedEvent } from '../job-event.js';
import { type JobName, JobQueue, type Reservation, type SubmitOptions } from '../job-queue.js';
import type { JobSnapshot, PictureFile } from '../job-snapshot.js';
import { NameTakenError, QueueFullError } from '../queue-errors.js';
import { RetryAfterSchedule } from '../retry-after-schedule.js';
import { InMemoryJob } from './in-memory-job.js';
import type { InMemoryJobs } from './in-memory-jobs.js';

/** Takes jobs into this process's memory, and tells of them. */
export class InMemoryJobQueue extends JobQueue {
  readonly takesFiles = false;
  private readonly admission: Admission;
  private readonly retryAfter = new RetryAfterSchedule();
  private readonly metrics: Metrics;
  private readonly tracing: Tracing;

  constructor(
    private readonly jobs: InMemoryJobs,
    { limits, metrics, tracing }: DriverParts,
  ) {
    super();
    this.metrics = metrics;
    this.tracing = tracing;
    this.admission = new Admission(limits.queueLimit, jobs.speed);
    metrics.measureQueue(
      limits.queueLimit,
      () => jobs.line.jobs.length,
      () => jobs.picturesInFlight,
    );
  }

  reserve(timeoutSeconds: number): Promise<Reservation> {
    return new Promise((resolve) => {
      this.letIn(this.admission.checkRoom(timeoutSeconds, this.jobs.load));
      resolve(this.jobs.reservations.keep());
    });
  }

  isNamed(key: string): Promise<boolean> {
    return Promise.resolve(this.jobs.registry.named(key) !== undefined);
  }

  holdNamed(name: JobName): Promise<string | null> {
    return new Promise((resolve) => resolve(this.holdSame(name)));
  }

  async submit(edit: EditJob, inputs: EditInputs, options: SubmitOptions): Promise<string> {
    try {
      return this.holdSame(options.name) ?? (await this.add(edit, inputs, options));
    } finally {
      options.reservation.release();
    }
  }

  detach(id: string): Promise<void> {
    const job = this.jobs.registry.get(id);
    if (job !== undefined) job.isDetached = true;
    return Promise.resolve();
  }

  leave(id: string): Promise<void> {
    const job = this.jobs.registry.get(id);
    if (job === undefined) return Promise.resolve();
    this.jobs.registry.release(job);
    if (job.holders === 0 && !job.isDetached && job.isLive) {
      const failure = new EditError('cancelled', `${EDIT_CANCELLED}: its client has gone`);
      this.giveUp(job, 'client_gone', failure);
    }
    return Promise.resolve();
  }

  get(id: string): Promise<JobSnapshot | null> {
    return Promise.resolve(this.jobs.registry.get(id)?.snapshot() ?? null);
  }

  result(id: string, index: number): Promise<PictureFile | null> {
    return this.jobs.results.get(id, index);
  }

  results(id: string): Promise<readonly PictureFile[]> {
    return this.jobs.results.list(id);
  }

  async finished(id: string): Promise<JobSnapshot | null> {
    const job = this.jobs.registry.get(id);
    await job?.ended;
    return job?.snapshot() ?? null;
  }

  cancel(id: string): Promise<boolean> {
    const job = this.jobs.registry.get(id);
    if (job?.isLive !== true) return Promise.resolve(false);
    this.giveUp(job, 'deleted', new EditError('cancelled', EDIT_CANCELLED));
    return Promise.resolve(true);
  }

  forget(id: string): Promise<boolean> {
    const job = this.jobs.registry.get(id);
    if (job === undefined || job.isLive) return Promise.resolve(false);
    this.jobs.registry.forget(job);
    return Promise.resolve(true);
  }

  remove(): Promise<boolean> {
    return Promise.resolve(false);
  }

  async *events(id: string, after: number, signal: AbortSignal): AsyncGenerator<NumberedEvent> {
    const job = this.jobs.registry.get(id);
    if (job !== undefined) yield* job.log.read(after, signal);
  }

  async drain(graceSeconds: number): Promise<void> {
    await withinSeconds(this.allEnded(), graceSeconds);
    for (const job of this.jobs.registry.live()) {
      const message = 'The service is shutting down, and the edit was not done in time';
      this.giveUp(job, 'shutdown', new EditError('unavailable', message));
    }
  }

  private letIn(refusal: Refusal | null): void {
    if (refusal !== null) throw new QueueFullError(refusal.message, this.retryAfter.next(refusal));
  }

  private async allEnded(): Promise<void> {
    const { registry } = this.jobs;
    for (let [job] = registry.live(); job !== undefined; [job] = registry.live()) await job.ended;
  }

  /** Holds the job of the same name and content; null when there is none. */
  private holdSame(name: JobName | null): string | null {
    const job = name === null ? undefined : this.jobs.registry.named(name.key);
    if (job === undefined) return null;
    if (job.name?.fingerprint !== name?.fingerprint) throw new NameTakenError();
    this.jobs.registry.hold(job);
    return job.id;
  }

  private async add(edit: EditJob, inputs: EditInputs, options: SubmitOptions): Promise<string> {
    const { timeoutSeconds } = options;
    const images = inputs.length * edit.n;
    this.letIn(this.admission.checkTime(edit.settings, images, timeoutSeconds, this.jobs.load));
    const job = new InMemoryJob(edit, images, options, this.tracing);
    this.jobs.registry.add(job);
    this.jobs.registry.hold(job);
    this.limitTime(job, timeoutSeconds);
    await this.jobs.inputs.put(job.id, inputs);
    // What stands in line needs none: at no moment it counts twice.
    options.reservation.release();
    if (job.isLive) this.jobs.line.join(job);
    else await this.jobs.inputs.delete(job.id);
    return job.id;
  }

  private limitTime(job: InMemoryJob, seconds: number): void {
    const timer = setTimeout(() => {
      this.giveUp(job, 'timeout', new EditError('timeout', `The edit was not done within ${seconds} seconds`));
    }, seconds * 1000);
    job.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }

  private giveUp(job: InMemoryJob, reason: CancelReason, failure: EditError): void {
    this.metrics.cancelled(reason);
    this.jobs.end(job, failure);
  }
}
