import { errorEnvelope } from '../../../http/errors/error-envelope.js';
import type { NumberedEvent } from '../../../jobs/job-event.js';
import type { JobSnapshot, PictureFile } from '../../../jobs/job-snapshot.js';
import { outputFormat } from './answer-json.js';
import { JsonBody } from './json-body.js';
import { progressJson } from './job-json.js';
import { pictureUsage } from '../../usage.js';
import { editApiError } from '../../../http/errors/edit-api-error.js';

/** A server-sent event: its name and its JSON, which carries the name as `type`. */
export interface EditEvent {
  readonly name: string;
  readonly data: JsonBody;
}

/**
 * The event that a caller sees of what happened to a job, in OpenAI's form; null for what he doesn't see.
 * @param file the result that a `picture` event tells of
 */
export function editEvent(event: NumberedEvent, { edit }: JobSnapshot, file: PictureFile | null): EditEvent | null {
  const common = { created_at: Math.floor(event.at.getTime() / 1000), quality: 'auto', background: 'opaque' };
  switch (event.type) {
    case 'queued':
      return edit.wantsProgress ? plain('image_edit.queued', { position: event.position }) : null;
    case 'progress':
      return edit.wantsProgress ? plain('image_edit.progress', progressJson(event.progress)) : null;
    case 'preview': {
      const { bytes, index, image, width, height } = event.preview;
      return withPicture('image_edit.partial_image', bytes, {
        partial_image_index: index,
        image,
        ...common,
        size: `${width}x${height}`,
        output_format: edit.outputFormat,
      });
    }
    case 'picture': {
      if (file === null) return null;
      return withPicture('image_edit.completed', file.bytes, {
        ...common,
        image: event.index + 1,
        seed: file.seed,
        input_index: file.inputIndex,
        size: `${file.width}x${file.height}`,
        output_format: outputFormat(edit),
        usage: pictureUsage(file.tokens),
        warnings: edit.warnings,
      });
    }
    case 'succeeded':
      return null;
    case 'failed': {
      const { code, message, param } = editApiError(event.failure);
      return plain('error', errorEnvelope(code, message, param));
    }
  }
}

function plain(name: string, fields: object): EditEvent {
  return { name, data: new JsonBody([JSON.stringify({ type: name, ...fields })]) };
}

function withPicture(name: string, bytes: Uint8Array, fields: object): EditEvent {
  const tail = JSON.stringify(fields).slice(1);
  return { name, data: new JsonBody([`{"type":${JSON.stringify(name)},"b64_json":"`, bytes, `",${tail}`]) };
}
