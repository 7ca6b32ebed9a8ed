import { Controller, HttpCode, HttpStatus, Post, Req, Res, type StreamableFile, UseInterceptors } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ApiErrors } from '../../http/errors/api-errors.decorator.js';
import { onClose } from '../../http/on-close.js';
import { setLogFields } from '../../http/log-fields.js';
import { traceContextOf } from '../../tracing/http/trace-requests.js';
import { answerJson } from './answers/answer-json.js';
import { jobJson } from './answers/job-json.js';
import { sendEvents, sendJson } from './answers/send.js';
import { serverTiming } from './answers/server-timing.js';
import { ApiEditAnswers } from './docs/edit-answers.decorator.js';
import { editLogFields } from './edit-log-fields.js';
import { EditUploadDto } from './docs/edit.dto.js';
import { EditsService } from '../edits.service.js';
import { type EditForm, EditFormPipe } from '../fields/edit-form.pipe.js';
import { editIntent } from './admission/edit-intent.js';
import { claimReservation } from './admission/edit-admission.service.js';
import { EditUpload } from './upload/edit-upload.decorator.js';
import { fingerprint } from './upload/fingerprint.js';
import type { HeldUpload } from './upload/upload.js';
import { UploadInterceptor } from './upload/upload.interceptor.js';

/** What comes here was let in by EditAdmission (see admitEdits). */
@ApiTags('images')
@Controller('v1/images')
export class EditsController {
  constructor(private readonly edits: EditsService) {}

  @Post('edits')
  @HttpCode(HttpStatus.OK)
  @UseInterceptors(UploadInterceptor)
  @ApiOperation({ summary: 'Edit pictures by an instruction' })
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
    'REQUEST_INCOMPLETE',
    'CONFLICT',
    'PAYLOAD_TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'QUEUE_FULL',
    'GENERATION_ERROR',
    'MODEL_NOT_READY',
    'TIMEOUT',
  )
  async edit(
    @EditUpload() upload: HeldUpload,
    @EditUpload(EditFormPipe) form: EditForm,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    const { isAsync, waitSeconds, idempotencyKey: key } = editIntent(request);
    const name = key === null ? null : { key, fingerprint: fingerprint(upload) };
    const trace = traceContextOf(request);
    const reservation = await claimReservation(request);
    const id = await this.edits.submit(form, { isAsync, reservation, name, trace });
    upload.filesAreGone();
    setLogFields(request, {
      facts: async () => editLogFields(id, await this.edits.snapshot(id)),
      privateFields: { prompt: form.fields.prompt },
    });
    const gone = new AbortController();
    onClose(response, () => {
      gone.abort();
      this.edits.leave(id);
    });

    const waits = waitSeconds > 0 ? `wait=${waitSeconds}` : null;
    if (isAsync && !(await this.edits.hasEnded(id, waitSeconds))) {
      await this.edits.detach(id);
      const { job, files } = await this.edits.get(id);
      response.status(HttpStatus.ACCEPTED);
      response.setHeader('Location', `/v1/images/edits/${id}`);
      response.setHeader('Preference-Applied', ['respond-async', ...(waits === null ? [] : [waits])].join(', '));
      return sendJson(response, jobJson(job, files));
    }
    if (waits !== null) response.setHeader('Preference-Applied', waits);
    if (form.fields.stream && !isAsync) {
      const { job } = await this.edits.get(id);
      return sendEvents(response, this.edits.events(job, 0, gone.signal));
    }
    const { job, files } = await this.edits.finished(id);
    response.setHeader('Server-Timing', serverTiming(job));
    return sendJson(response, answerJson(job, files));
  }
}
