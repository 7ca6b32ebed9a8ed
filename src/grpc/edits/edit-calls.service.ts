import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { limitsConfig } from '../../config/namespaces.js';
import { JobAdmission } from '../../edits/admission/job-admission.service.js';
import { editLogFields } from '../../edits/edit-log-fields.js';
import { EditsService } from '../../edits/edits.service.js';
import type { EditForm } from '../../edits/fields/check-form.js';
import { fingerprint } from '../../edits/fields/fingerprint.js';
import type { JobName } from '../../jobs/job-queue.js';
import type { JobSnapshot, PictureFile } from '../../jobs/job-snapshot.js';
import type { GrpcCall } from '../calls/grpc-call.js';
import { CallErrors } from '../errors/call-errors.service.js';
import type {
  CancelJobRequest,
  EditEvent,
  EditRequest,
  GetJobRequest,
  JobMessage,
  WatchJobRequest,
} from '../proto/messages.js';
import { editEvent } from './edit-event.js';
import { editFormInput } from './edit-form-input.js';
import { jobMessage, removedJobMessage } from './job-message.js';
import { completedMessage } from './result-message.js';
import { timestamp } from './timestamp.js';

/** Edits, and the jobs that they are. */
@Injectable()
export class EditCalls {
  constructor(
    private readonly edits: EditsService,
    private readonly admission: JobAdmission,
    private readonly errors: CallErrors,
    @Inject(limitsConfig.KEY) private readonly limits: ConfigType<typeof limitsConfig>,
  ) {}

  /** @throws ApiError, EditError */
  async *edit(request: EditRequest, call: GrpcCall): AsyncGenerator<EditEvent> {
    const id = await this.submit(request, call);
    call.onEnd(() => void this.edits.leave(id));
    if (request.detach === true) await this.edits.detach(id);
    yield { time: timestamp(new Date()), accepted: { job_id: id } };
    yield* this.events(id, 0, call);
  }

  /** @throws EditError not_found, or why the job has failed */
  watch({ job_id: id = '', after = 0 }: WatchJobRequest, call: GrpcCall): AsyncIterable<EditEvent> {
    return this.events(id, after, call);
  }

  /** @throws EditError not_found */
  async get({ job_id: id = '', with_data: withData = false }: GetJobRequest, call: GrpcCall): Promise<JobMessage> {
    const { job, files } = await this.edits.get(id);
    return this.jobMessage(job, files, withData, call);
  }

  /** @throws EditError not_found */
  async cancel({ job_id: id = '' }: CancelJobRequest, call: GrpcCall): Promise<JobMessage> {
    const { job } = await this.edits.delete(id);
    return job === null ? removedJobMessage(id) : this.jobMessage(job, [], false, call);
  }

  private jobMessage(job: JobSnapshot, files: readonly PictureFile[], withData: boolean, call: GrpcCall): JobMessage {
    const error = job.failure === null ? null : this.errors.message(job.failure, call.id);
    return jobMessage(job, files, error, withData);
  }

  private async *events(id: string, after: number, call: GrpcCall): AsyncGenerator<EditEvent> {
    const { edit } = await this.edits.job(id);
    for await (const happening of this.edits.events(id, after, call.ended)) {
      if (happening.event.type === 'failed') throw happening.event.failure;
      const message = editEvent(happening, edit);
      if (message !== null) yield message;
    }
    if (call.ended.aborted) return;
    // Also who watches from the end on is told how it ended.
    const { job, files } = await this.edits.finished(id);
    yield { time: timestamp(job.finishedAt ?? new Date()), completed: completedMessage(job, files) };
  }

  /** @returns the job's id, which the caller holds until it leaves it */
  private async submit(request: EditRequest, call: GrpcCall): Promise<string> {
    const { held, idempotencyKey: key } = call.upload;
    const input = editFormInput(request, this.limits);
    const form = this.edits.check(input);
    const name = key === null ? null : { key, fingerprint: fingerprint(input) };
    const known = name === null ? null : await this.edits.find(name);
    // The pictures are held while they wait to be decoded, also when the caller has gone.
    const id = known ?? (await held.during(this.submitNew(form, request.detach === true, name, call)));
    held.remove(call.receivedBytes);
    call.logFields = {
      fields: async () => editLogFields(id, await this.edits.snapshot(id)),
      privateFields: { prompt: form.fields.prompt },
    };
    return id;
  }

  private async submitNew(form: EditForm, detach: boolean, name: JobName | null, call: GrpcCall): Promise<string> {
    const limit = this.admission.timeoutSeconds(detach);
    return this.edits.submit(form, {
      isFollowed: true,
      // Who waits for it waits until the call's deadline at most.
      timeoutSeconds: detach ? limit : Math.min(limit, Math.max(1, Math.ceil(call.secondsLeft))),
      reservation: await call.upload.reservation.claim(),
      name,
      trace: call.trace,
    });
  }
}
