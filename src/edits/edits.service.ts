import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { jobsConfig } from '../config/namespaces.js';
import { EditError } from '../protocol/edit-error.js';
import type { EditInputs } from '../jobs/edit-job.js';
import { type JobName, JobQueue, type Reservation } from '../jobs/job-queue.js';
import type { JobSnapshot, PictureFile } from '../jobs/job-snapshot.js';
import type { TraceContext } from '../tracing/tracing.js';
import { editOrder } from './edit-order.js';
import type { EditForm } from './fields/edit-form.pipe.js';
import { InputPictures } from './decoding/input-pictures.service.js';
import { type EditEvent, editEvent } from './http/answers/edit-events.js';
import { UploadBudget } from './http/upload/upload-budget.service.js';

export interface EditMode {
  readonly isAsync: boolean;
  readonly reservation: Reservation;
  readonly name: JobName | null;
  readonly trace: TraceContext;
}

/** A job with its results, which are there once it has succeeded. */
export interface FinishedJob {
  readonly job: JobSnapshot;
  readonly files: readonly PictureFile[];
}

/** Takes valid forms to the queue, and tells about the jobs there. */
@Injectable()
export class EditsService {
  constructor(
    private readonly pictures: InputPictures,
    private readonly queue: JobQueue,
    private readonly budget: UploadBudget,
    @Inject(jobsConfig.KEY) private readonly jobs: ConfigType<typeof jobsConfig>,
  ) {}

  /**
   * Decodes the pictures and queues the edit; whoever called holds the job until he leaves it.
   * @returns the job's id
   * @throws EditError
   */
  async submit(form: EditForm, { isAsync, reservation, name, trace }: EditMode): Promise<string> {
    const pictures = await this.pictures.read(form);
    const inputs = form.inputs.kind === 'together' ? [pictures] : pictures.map((picture) => [picture]);
    const { jobTimeoutSeconds, requestTimeoutSeconds } = this.jobs;
    const timeoutSeconds = isAsync ? jobTimeoutSeconds : requestTimeoutSeconds;
    const held = this.budget.hold();
    try {
      held.add(pictureBytes(inputs));
      const order = editOrder(form, isAsync || form.fields.stream);
      const id = await this.queue.submit(order, inputs, { reservation, timeoutSeconds, name, trace });
      void this.queue.finished(id).then(() => held.release());
      return id;
    } catch (error) {
      held.release();
      throw error;
    }
  }

  /** The job as it is now; null when there is none (any more). */
  snapshot(id: string): Promise<JobSnapshot | null> {
    return this.queue.get(id);
  }

  leave(id: string): void {
    void this.queue.leave(id);
  }

  /** Waits for an edit's end, so many seconds at most and no longer than a plain request would; whether it has ended. */
  async hasEnded(id: string, waitSeconds: number): Promise<boolean> {
    if (waitSeconds === 0) return false;
    const seconds = Math.min(waitSeconds, this.jobs.requestTimeoutSeconds);
    const ended = new AbortController();
    const time = pause(seconds * 1000, false, { signal: ended.signal }).catch(() => false);
    const hasEnded = await Promise.race([this.queue.finished(id).then(() => true), time]);
    ended.abort();
    return hasEnded;
  }

  /** The edit goes on when whoever called has left it, and can be asked for after its end. */
  detach(id: string): Promise<void> {
    return this.queue.detach(id);
  }

  /**
   * Waits for an edit's end.
   * @throws EditError when it has failed
   */
  async finished(id: string): Promise<FinishedJob> {
    const job = await this.queue.finished(id);
    if (job === null) throw noSuchJob();
    if (job.failure !== null) throw job.failure;
    return { job, files: await this.queue.results(id) };
  }

  /** @throws EditError not_found */
  async get(id: string): Promise<FinishedJob> {
    const job = await this.queue.get(id);
    const files = job?.status === 'succeeded' ? await this.queue.results(id) : [];
    // Between the two it may have been forgotten.
    if (job === null || (job.status === 'succeeded' && files.length === 0)) throw noSuchJob();
    return { job, files };
  }

  /** @throws EditError not_found, conflict */
  async cancel(id: string): Promise<FinishedJob> {
    const { job } = await this.get(id);
    if (!(await this.queue.cancel(id)))
      throw new EditError('conflict', `The job has ended already: its status is ${job.status}`);
    return { job: (await this.queue.get(id)) ?? job, files: [] };
  }

  /** What the caller sees of the job's events after number `after`, until the job ends or the signal is aborted. */
  async *events(
    job: JobSnapshot,
    after: number,
    signal: AbortSignal,
  ): AsyncGenerator<EditEvent & { readonly number: number }> {
    for await (const event of this.queue.events(job.id, after, signal)) {
      const file = event.type === 'picture' ? await this.queue.result(job.id, event.index) : null;
      const seen = editEvent(event, job, file);
      if (seen !== null) yield { ...seen, number: event.number };
    }
  }
}

function pictureBytes(inputs: EditInputs): number {
  return inputs
    .flat(1)
    .flatMap(({ conditions }) => conditions)
    .reduce((sum, { data }) => sum + data.length, 0);
}

function noSuchJob(): EditError {
  return new EditError('not_found', 'There is no such job, or not any more');
}
