import { Controller, HttpCode, HttpStatus, Post, Req, Res, type StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ApiErrors } from '../../http/errors/api-errors.decorator.js';
import { onClose } from '../../http/on-close.js';
import { EditsService } from '../edits.service.js';
import type { EditForm } from '../fields/check-form.js';
import { admittedEdit } from './admission/edit-admission.service.js';
import { ApiEditAnswers } from './answers/api-answers.decorator.js';
import { editAnswer } from './answers/edit-answer.js';
import { jobAnswer } from './answers/job-answer.js';
import { sendEvents, sendJson } from './answers/send.js';
import { serverTiming } from './answers/server-timing.js';
import { editLogFields } from './edit-log-fields.js';
import { EDITS_PATH } from './edits-path.js';
import { EditUploadDto } from './upload/edit-upload.dto.js';
import { fingerprint } from './upload/fingerprint.js';
import { type HeldUpload, UploadReader } from './upload/upload-reader.service.js';

/** What comes here was let in by EditAdmission (see admitEdits). */
@ApiTags('images')
@Controller(EDITS_PATH)
export class EditsController {
  constructor(
    private readonly edits: EditsService,
    private readonly uploads: UploadReader,
  ) {}

  @Post()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'createImageEdit', summary: 'Edit pictures by an instruction' })
  @ApiConsumes('multipart/form-data')
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
  @ApiBody({ type: EditUploadDto })
  @ApiEditAnswers()
  @ApiErrors(
    'INVALID_INPUT',
    'UNAUTHORIZED',
    'FORBIDDEN',
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
    const upload = await this.uploads.read(request, response);
    const form = this.edits.check(upload);
    const id = await this.submit(upload, form, request);
    const gone = new AbortController();
    onClose(response, () => {
      gone.abort();
      void this.edits.leave(id);
    });

    const { isAsync, waitSeconds } = admittedEdit(request).headers;
    const waits = waitSeconds > 0 ? `wait=${waitSeconds}` : null;
    if (isAsync && !(await this.edits.hasEnded(id, waitSeconds))) {
      return this.answerJob(id, ['respond-async', ...(waits === null ? [] : [waits])], response);
    }
    if (waits !== null) response.setHeader('Preference-Applied', waits);
    if (form.fields.stream && !isAsync) {
      return sendEvents(response, await this.edits.job(id), this.edits.events(id, 0, gone.signal));
    }
    const { job, files } = await this.edits.finished(id);
    response.setHeader('Server-Timing', serverTiming(job));
    return sendJson(response, editAnswer(job, files));
  }

  /** @returns the job's id */
  private async submit(upload: HeldUpload, form: EditForm, request: Request): Promise<string> {
    const { context } = request;
    const { headers, timeoutSeconds, reservation } = admittedEdit(request);
    const { isAsync, idempotencyKey: key } = headers;
    const name = key === null ? null : { key, fingerprint: fingerprint(upload) };
    const id = await this.edits.submit(form, {
      isFollowed: isAsync || form.fields.stream,
      timeoutSeconds,
      reservation: await reservation.claim(),
      name,
      trace: context.trace,
    });
    upload.filesAreGone();
    context.logFields = {
      fields: async () => editLogFields(id, await this.edits.snapshot(id)),
      privateFields: { prompt: form.fields.prompt },
    };
    return id;
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
