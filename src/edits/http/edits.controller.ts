import { Controller, HttpCode, HttpStatus, Post, Req, Res, type StreamableFile } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ApiErrors } from '../../http/errors/api-errors.decorator.js';
import { onClose } from '../../http/on-close.js';
import type { JobName } from '../../jobs/job-queue.js';
import type { LogFields } from '../../program/log-fields.js';
import { EditsService } from '../edits.service.js';
import type { EditForm } from '../fields/check-form.js';
import { admittedEdit } from './admission/edit-admission.service.js';
import { isAnsweredAsPicture, wantedPicture, withOutputFormat } from './answers/accepted-picture.js';
import { ApiEditAnswers } from './answers/api-answers.decorator.js';
import { editAnswer } from './answers/edit-answer.js';
import { jobAnswer } from './answers/job-answer.js';
import { sendEvents, sendJson, sendPicture } from './answers/send.js';
import { serverTiming } from './answers/server-timing.js';
import { editLogFields } from '../edit-log-fields.js';
import { EDITS_PATH } from './edits-path.js';
import { RemotePictures } from './remote/remote-pictures.service.js';
import { EDIT_BODY, EDIT_BODY_MODELS } from './upload/edit-body.js';
import { fingerprint } from '../fields/fingerprint.js';
import { type HeldUpload, UploadReader } from './upload/upload-reader.service.js';

/** What comes here was let in by EditAdmission (see admitEdits). */
@ApiTags('images')
@Controller(EDITS_PATH)
export class EditsController {
  constructor(
    private readonly edits: EditsService,
    private readonly uploads: UploadReader,
    private readonly remote: RemotePictures,
  ) {}

  @Post()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'createImageEdit',
    summary: 'Edit pictures by an instruction',
    requestBody: EDIT_BODY,
  })
  @ApiHeader({
    name: 'Prefer',
    required: false,
    description: 'respond-async (RFC 7240): the answer is 202 with a job; with wait=SECONDS only when it takes longer',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The same key and body is the same job, as long as it is kept; another body is refused',
  })
  @ApiExtraModels(...EDIT_BODY_MODELS)
  @ApiEditAnswers()
  @ApiErrors(
    'INVALID_INPUT',
    'UNAUTHORIZED',
    'FORBIDDEN',
    'NOT_ACCEPTABLE',
    'REQUEST_INCOMPLETE',
    'CONFLICT',
    'PAYLOAD_TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'QUEUE_FULL',
    'GENERATION_ERROR',
    'MODEL_NOT_READY',
    'TIMEOUT',
  )
  async edit(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<StreamableFile> {
    const gone = new AbortController();
    onClose(response, () => gone.abort());
    const picture = wantedPicture(request);
    const { isAsync, waitSeconds } = admittedEdit(request).headers;
    const upload = withOutputFormat(await this.uploads.read(request, response), picture);
    const form = this.edits.check(upload);
    const answersPicture = picture !== null && isAnsweredAsPicture(picture, form, isAsync);
    const id = await this.submit(upload, form, request, gone.signal);
    onClose(response, () => void this.edits.leave(id));

    const waits = waitSeconds > 0 ? `wait=${waitSeconds}` : null;
    if (isAsync && !(await this.edits.hasEnded(id, waitSeconds))) {
      return this.answerJob(id, ['respond-async', ...(waits === null ? [] : [waits])], response);
    }
    if (waits !== null) response.setHeader('Preference-Applied', waits);
    if (form.fields.stream && !isAsync) {
      return sendEvents(response, await this.edits.job(id), this.edits.events(id, 0, gone.signal));
    }
    const { job, files } = await this.edits.finished(id);
    // Nothing more will come of it: the log need not ask again.
    logEdit(request, form, () => Promise.resolve(editLogFields(id, job)));
    response.setHeader('Server-Timing', serverTiming(job));
    const [file] = files;
    if (answersPicture && file !== undefined) return sendPicture(response, job, file);
    return sendJson(response, editAnswer(job, files));
  }

  /** @returns the job's id */
  private async submit(upload: HeldUpload, form: EditForm, request: Request, gone: AbortSignal): Promise<string> {
    const { idempotencyKey: key } = admittedEdit(request).headers;
    const name = key === null ? null : { key, fingerprint: fingerprint(upload) };
    const known = name === null ? null : await this.edits.find(name);
    const id = known ?? (await this.submitNew(upload, form, name, request, gone));
    upload.filesAreGone();
    // A queue that can't be asked just now keeps no line from the log.
    logEdit(request, form, async () => editLogFields(id, await this.edits.snapshot(id).catch(() => null)));
    return id;
  }

  /** @returns the job's id */
  private async submitNew(
    upload: HeldUpload,
    form: EditForm,
    name: JobName | null,
    request: Request,
    gone: AbortSignal,
  ): Promise<string> {
    const { headers, timeoutSeconds, reservation } = admittedEdit(request);
    await this.remote.fetch(upload.files, upload.held, gone);
    const mode = {
      isFollowed: headers.isAsync || form.fields.stream,
      timeoutSeconds,
      reservation: await reservation.claim(),
      name,
      trace: request.context.trace,
    };
    // Its files are held while they wait to be decoded, also when the client has gone.
    return upload.held.during(this.edits.submit(form, mode));
  }

  /** The job goes on by itself. */
  private async answerJob(id: string, applied: readonly string[], response: Response): Promise<StreamableFile> {
    await this.edits.detach(id);
    const { job, files } = await this.edits.get(id);
    response.status(HttpStatus.ACCEPTED);
    response.setHeader('Location', `${EDITS_PATH}/${id}`);
    response.setHeader('Preference-Applied', applied.join(', '));
    return sendJson(response, jobAnswer(job, files));
  }
}

/** Has the request's line in the log tell of its edit. */
function logEdit({ context }: Request, { fields }: EditForm, logFields: () => Promise<LogFields>): void {
  context.logFields = { fields: logFields, privateFields: { prompt: fields.prompt } };
}
