import { editApiError } from '../../../http/errors/edit-api-error.js';
import { errorEnvelope } from '../../../http/errors/error-envelope.js';
import type { Preview } from '../../../jobs/job-event.js';
import type { EditJob } from '../../../jobs/edit-job.js';
import type { PictureFile } from '../../../jobs/job-snapshot.js';
import type { EditHappening } from '../../edits.service.js';
import { resultFormat } from '../../result-format.js';
import { pictureUsage } from '../../usage.js';
import { type CompletedEventDto, type EditEventDto, EVENT_NAMES, type PartialImageEventDto } from './edit-event.dto.js';
import { Base64File, type WithFiles } from './json-body.js';
import { progressJson } from './job-answer.js';

/** The event that a caller sees of what happened to a job, in OpenAI's form; null for what the caller doesn't see. */
export function editEvent({ event, file }: EditHappening, edit: EditJob): WithFiles<EditEventDto> | null {
  switch (event.type) {
    case 'queued':
      return edit.wantsProgress ? { type: EVENT_NAMES.queued, position: event.position } : null;
    case 'started':
      return edit.wantsProgress ? { type: EVENT_NAMES.started, started_at: event.at.getTime() / 1000 } : null;
    case 'progress':
      return edit.wantsProgress ? { type: EVENT_NAMES.progress, ...progressJson(event.progress) } : null;
    case 'preview':
      return partialImage(event.preview, edit, event.at);
    case 'picture':
      return file === null ? null : completed(event.index, file, edit, event.at);
    case 'succeeded':
      return null;
    case 'failed': {
      const { code, message, param } = editApiError(event.failure);
      return { type: EVENT_NAMES.error, ...errorEnvelope(code, message, param) };
    }
  }
}

function partialImage(preview: Preview, edit: EditJob, at: Date): WithFiles<PartialImageEventDto> {
  const { bytes, index, image, width, height } = preview;
  return {
    type: EVENT_NAMES.partialImage,
    b64_json: new Base64File(bytes),
    partial_image_index: index,
    image,
    ...commonFields(at),
    size: `${width}x${height}`,
    output_format: edit.outputFormat,
  };
}

function completed(index: number, file: PictureFile, edit: EditJob, at: Date): WithFiles<CompletedEventDto> {
  const { bytes, seed, inputIndex, width, height, tokens, warnings } = file;
  return {
    type: EVENT_NAMES.completed,
    b64_json: new Base64File(bytes),
    ...commonFields(at),
    image: index + 1,
    seed,
    input_index: inputIndex,
    size: `${width}x${height}`,
    output_format: resultFormat(edit.settings.outputType, edit.outputFormat),
    usage: pictureUsage(tokens, edit.settings),
    loras: edit.settings.loras,
    warnings: [...edit.warnings, ...warnings],
  };
}

function commonFields(at: Date): Pick<CompletedEventDto, 'created_at' | 'quality' | 'background'> {
  return { created_at: Math.floor(at.getTime() / 1000), quality: 'auto', background: 'opaque' };
}
