import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { generationError, invalidInput, modelNotReady } from '../errors/api-error.js';
import { EditFailure } from '../inference/edit-failure.js';
import type { EditRequest, Picture } from '../inference/protocol.js';
import { JobQueue, type JobResult } from '../jobs/job-queue.js';
import type { EditAnswer } from './answer/edit-answer.js';
import { editRequest } from './edit-request.js';
import { editWarnings } from './edit-warnings.js';
import type { EditForm } from './fields/edit-form.pipe.js';
import { InputPictures } from './intake/input-pictures.service.js';
import { ResultEncoder } from './result-encoder.js';

const RESTART_RETRY_AFTER_SECONDS = 5;

/** Takes a valid form through decoding, the queue, the engine and encoding. */
@Injectable()
export class EditsService {
  constructor(
    private readonly inputs: InputPictures,
    private readonly encoder: ResultEncoder,
    private readonly queue: JobQueue,
  ) {}

  /**
   * @param signal aborted when the client has gone
   * @throws ApiError; JobAbandoned when the client has gone
   */
  async edit(form: EditForm, signal: AbortSignal): Promise<EditAnswer> {
    const request = editRequest(form, await this.inputs.read(form));
    const { outcome, queueSeconds } = await this.run(request, signal);
    const { fields } = form;
    return {
      created: Math.floor(Date.now() / 1000),
      results: await Promise.all(
        outcome.pictures.map(async (picture) => ({
          bytes: await this.encoder.encode(picture, fields),
          seed: picture.seed,
          inputIndex: picture.inputIndex,
        })),
      ),
      inputPictures: form.inputs.files.length,
      usage: outcome.usage,
      queueSeconds,
      stageSeconds: outcome.seconds,
      outputFormat: fields.output_type === 'pt' ? 'pt' : fields.output_format,
      size: commonSize(outcome.pictures),
      warnings: editWarnings(form),
    };
  }

  private async run(request: EditRequest, signal: AbortSignal): Promise<JobResult> {
    try {
      return await this.queue.submit({ id: randomUUID(), request, signal });
    } catch (error) {
      if (!(error instanceof EditFailure)) throw error;
      switch (error.kind) {
        case 'invalid':
          throw invalidInput(error.message, error.param ?? undefined);
        case 'failed':
          throw generationError(error.message);
        case 'unavailable':
          throw modelNotReady(RESTART_RETRY_AFTER_SECONDS);
      }
    }
  }
}

function commonSize(pictures: readonly Picture[]): string {
  const sizes = new Set(pictures.map(({ width, height }) => `${width}x${height}`));
  const [size] = sizes;
  return sizes.size === 1 && size !== undefined ? size : 'auto';
}
