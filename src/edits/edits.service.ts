import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { jobsConfig, limitsConfig } from '../config/namespaces.js';
import { TIME_IS_UP, withinSeconds } from '../program/within-seconds.js';
import { EditError } from '../protocol/edit-error.js';
import { ServedModel } from '../inference/served-model.js';
import type { EditInputs } from '../jobs/edit-job.js';
import type { JobFiles } from '../jobs/job-files.js';
import type { NumberedEvent } from '../jobs/job-event.js';
import { type JobName, JobQueue, type Reservation } from '../jobs/job-queue.js';
import type { JobSnapshot, PictureFile } from '../jobs/job-snapshot.js';
import type { TraceContext } from '../protocol/trace-context.js';
import { buildEditJob } from './build-edit-job.js';
import { ByteBudget } from './budget/byte-budget.service.js';
import { InputPictures, uploadedFiles } from './decoding/input-pictures.service.js';
import { checkForm, type EditForm } from './fields/check-form.js';
import { chosenModel } from './fields/chosen-model.js';
import type { FormInput } from './fields/form-input.js';

/** How an edit is queued. */
export interface EditMode {
  /** Its caller can follow its events, so that previews are of use. */
  readonly isFollowed: boolean;
  /** For the whole edit, from now on. */
  readonly timeoutSeconds: number;
  readonly reservation: Reservation;
  readonly name: JobName | null;
  readonly trace: TraceContext;
}

/** A job with its results, which are there once it has succeeded. */
export interface FinishedJob {
  readonly job: JobSnapshot;
  readonly files: readonly PictureFile[];
}

/** A job that its caller had deleted, as it was then. */
export interface DeletedJob {
  /** null: its record was damaged. */
  readonly job: JobSnapshot | null;
  /** It had ended, and is gone; else it was cancelled. */
  readonly isForgotten: boolean;
}

/** What happened to a job, with the picture that was made where it is that. */
export interface EditHappening {
  readonly event: NumberedEvent;
  readonly file: PictureFile | null;
}

/** Checks forms, takes them to the queue, and tells about the jobs there: what every way into the service is built on. */
@Injectable()
export class EditsService {
  constructor(
    private readonly model: ServedModel,
    private readonly pictures: InputPictures,
    private readonly queue: JobQueue,
    private readonly budget: ByteBudget,
    @Inject(jobsConfig.KEY) private readonly jobs: ConfigType<typeof jobsConfig>,
    @Inject(limitsConfig.KEY) private readonly limits: ConfigType<typeof limitsConfig>,
  ) {}

  /** @throws EditError unavailable when there is no model to check it against, invalid with the first field at fault */
  check(input: FormInput): EditForm {
    return checkForm(input, chosenModel(input, this.model), this.limits);
  }

  /**
   * The job that was submitted before under this name, which the caller holds until it leaves it; null when there is none.
   * @throws EditError conflict
   */
  find(name: JobName): Promise<string | null> {
    return this.queue.holdNamed(name);
  }

  /**
   * Decodes the pictures and queues the edit; the caller holds the job until it leaves it.
   * @returns the job's id
   * @throws EditError
   */
  async submit(form: EditForm, { isFollowed, timeoutSeconds, reservation, name, trace }: EditMode): Promise<string> {
    const held = this.budget.hold();
    try {
      const files = this.queue.takesFiles ? uploadedFiles(form) : null;
      if (files !== null) held.add(fileBytes(files));
      const inputs = await (files === null ? this.pictures.read(form) : this.pictures.check(form));
      held.add(pictureBytes(inputs.edits));
      const job = buildEditJob(form, inputs, isFollowed);
      const id = await this.queue.submit(job, inputs.edits, { reservation, timeoutSeconds, files, name, trace });
      if (files === null) void this.queue.finished(id).then(() => held.release());
      else held.release();
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

  /** @throws EditError not_found */
  async job(id: string): Promise<JobSnapshot> {
    const job = await this.queue.get(id);
    if (job === null) throw noSuchJob();
    return job;
  }

  /** The caller is done with the job; one that was not detached and has not ended is cancelled. */
  leave(id: string): Promise<void> {
    return this.queue.leave(id);
  }

  /** Waits for an edit's end, so many seconds at most and no longer than a plain request would; whether it has ended. */
  async hasEnded(id: string, waitSeconds: number): Promise<boolean> {
    if (waitSeconds === 0) return false;
    const seconds = Math.min(waitSeconds, this.jobs.requestTimeoutSeconds);
    return (await withinSeconds(this.queue.finished(id), seconds)) !== TIME_IS_UP;
  }

  /** The edit goes on when its caller has left it, and can be asked for after its end. */
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

  /**
   * Cancels a job that has not ended, forgets one that has, and removes one whose record is damaged.
   * @throws EditError not_found
   */
  async delete(id: string): Promise<DeletedJob> {
    try {
      return await this.deleteSound(id);
    } catch (error) {
      if (!(error instanceof EditError && error.kind === 'damaged')) throw error;
      if (!(await this.queue.remove(id))) throw noSuchJob();
      return { job: null, isForgotten: true };
    }
  }

  /** What happens to the job after its event number `after`, until it ends or the signal is aborted. */
  async *events(id: string, after: number, signal: AbortSignal): AsyncGenerator<EditHappening> {
    for await (const event of this.queue.events(id, after, signal)) {
      yield { event, file: event.type === 'picture' ? await this.queue.result(id, event.index) : null };
    }
  }

  /** One whose record can be read. */
  private async deleteSound(id: string): Promise<DeletedJob> {
    const job = await this.job(id);
    if (await this.queue.cancel(id)) return { job: (await this.queue.get(id)) ?? job, isForgotten: false };
    // It may have ended just now.
    const ended = await this.job(id);
    if (!(await this.queue.forget(id))) throw noSuchJob();
    return { job: ended, isForgotten: true };
  }
}

/** What all edits share counts once. */
function pictureBytes(edits: EditInputs): number {
  const images = edits.flatMap(({ references, masked }) => [
    ...references.flatMap(({ conditions }) => conditions),
    ...(masked === null ? [] : [masked.atResult, masked.atMade, masked.weights, masked.changes]),
  ]);
  return [...new Set(images)].reduce((sum, { data }) => sum + data.length, 0);
}

function fileBytes({ pictures, mask }: JobFiles): number {
  return pictures.reduce((sum, { length }) => sum + length, mask?.bytes.length ?? 0);
}

function noSuchJob(): EditError {
  return new EditError('not_found', 'There is no such job, or not any more');
}
