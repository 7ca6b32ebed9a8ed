import { Controller, Delete, Get, HttpStatus, Param, Req, Res, type StreamableFile } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ApiErrors } from '../../http/errors/api-errors.decorator.js';
import { onClose } from '../../http/on-close.js';
import { EditsService } from '../edits.service.js';
import { ApiEventStream } from './answers/api-answers.decorator.js';
import { JobDto } from './answers/job-answer.dto.js';
import { jobAnswer } from './answers/job-answer.js';
import { lastEventNumber } from './answers/last-event-id.js';
import { sendFurtherEvents, sendJson } from './answers/send.js';
import { EDITS_PATH } from './edits-path.js';

@ApiTags('jobs')
@Controller(`${EDITS_PATH}/:id`)
export class EditJobsController {
  constructor(private readonly edits: EditsService) {}

  @Get()
  @ApiOperation({ operationId: 'getImageEdit', summary: 'A job that was asked for with Prefer: respond-async' })
  @ApiOkResponse({ type: JobDto })
  @ApiErrors('UNAUTHORIZED', 'NOT_FOUND', 'JOB_DAMAGED')
  async get(@Param('id') id: string, @Res({ passthrough: true }) response: Response): Promise<StreamableFile> {
    const { job, files } = await this.edits.get(id);
    return sendJson(response, jobAnswer(job, files));
  }

  @Get('events')
  @ApiOperation({
    operationId: 'streamImageEdit',
    summary: "A job's events: those that were, then those to come, until it ends",
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'The id of the last event that was seen' })
  @ApiEventStream()
  @ApiNoContentResponse({ description: 'The job has ended, and nothing of it comes after Last-Event-ID' })
  @ApiErrors('INVALID_INPUT', 'UNAUTHORIZED', 'NOT_FOUND', 'JOB_DAMAGED')
  async events(
    @Param('id') id: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile | undefined> {
    const after = lastEventNumber(request);
    const job = await this.edits.job(id);
    const gone = new AbortController();
    onClose(response, () => gone.abort());
    return sendFurtherEvents(response, job, this.edits.events(id, after, gone.signal));
  }

  @Delete()
  @ApiOperation({ operationId: 'cancelImageEdit', summary: 'Cancel a job, or forget one that has ended' })
  @ApiAcceptedResponse({ type: JobDto, description: 'A job that waited is gone; one that runs ends at its next step' })
  @ApiOkResponse({
    type: JobDto,
    description: 'The job had ended: it is forgotten, with its pictures and its Idempotency-Key; `result` is null',
  })
  @ApiNoContentResponse({ description: 'The job was damaged (JOB_DAMAGED), and is removed' })
  @ApiErrors('UNAUTHORIZED', 'NOT_FOUND')
  async delete(
    @Param('id') id: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile | undefined> {
    const { job, isForgotten } = await this.edits.delete(id);
    if (job === null) {
      response.status(HttpStatus.NO_CONTENT);
      return undefined;
    }
    response.status(isForgotten ? HttpStatus.OK : HttpStatus.ACCEPTED);
    return sendJson(response, { ...jobAnswer(job, []), result: null });
  }
}
