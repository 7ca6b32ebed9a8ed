import { Readable } from 'node:stream';
import {
  Controller,
  HttpCode,
  HttpStatus,
  Post,
  Res,
  StreamableFile,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { ApiErrors } from '../errors/api-errors.decorator.js';
import { ReadinessGuard } from '../inference/readiness.guard.js';
import { answerJson } from './answer/answer-json.js';
import { serverTiming } from './answer/server-timing.js';
import { EditAnswerDto, EditUploadDto } from './edit.dto.js';
import { EditsService } from './edits.service.js';
import { type EditForm, EditFormPipe } from './fields/edit-form.pipe.js';
import { EditUpload } from './upload/edit-upload.decorator.js';
import { UploadInterceptor } from './upload/upload.interceptor.js';

@ApiTags('images')
@Controller('v1/images')
export class EditsController {
  constructor(private readonly edits: EditsService) {}

  @Post('edits')
  @HttpCode(HttpStatus.OK)
  @UseGuards(ReadinessGuard)
  @UseInterceptors(UploadInterceptor)
  @ApiOperation({ summary: 'Edit pictures by an instruction' })
  @ApiConsumes('multipart/form-data')
  @ApiBody({ type: EditUploadDto })
  @ApiOkResponse({ type: EditAnswerDto })
  @ApiErrors(
    'INVALID_INPUT',
    'UNAUTHORIZED',
    'PAYLOAD_TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'GENERATION_ERROR',
    'MODEL_NOT_READY',
  )
  async edit(
    @EditUpload(EditFormPipe) form: EditForm,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    const clientGone = new AbortController();
    response.once('close', () => clientGone.abort());
    const answer = await this.edits.edit(form, clientGone.signal);
    response.setHeader('Server-Timing', serverTiming(answer));
    const body = answerJson(answer);
    return new StreamableFile(Readable.from(body.pieces()), {
      type: 'application/json; charset=utf-8',
      length: body.length,
    });
  }
}
