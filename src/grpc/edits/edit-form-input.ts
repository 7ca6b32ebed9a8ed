import type { RequestLimits } from '../../config/settings.js';
import { FileBlocks } from '../../edits/fields/file-blocks.js';
import { FIELD_MAX_BYTES } from '../../edits/fields/form-limits.js';
import type { FormFile, FormInput } from '../../edits/fields/form-input.js';
import { MASK_FIELD, PICTURE_FIELDS } from '../../edits/fields/known-fields.js';
import { filesFault, fileSizeFault, textsFault } from '../../edits/fields/upload-faults.js';
import { tooLarge } from '../../http/errors/api-error.js';
import type { EditRequest } from '../proto/messages.js';

/** Of a message what is no field of an edit. */
const OTHER_FIELDS: readonly string[] = [...PICTURE_FIELDS, MASK_FIELD, 'lora', 'detach'];

/**
 * A message as the form that HTTP would read, so that everything after this is the same for both. The pictures are copied, and
 * taken out of the message.
 * @throws ApiError 413
 */
export function editFormInput(request: EditRequest, { maxFiles, maxFileBytes }: RequestLimits): FormInput {
  const given = [
    ...request.images.map((bytes) => ['images', bytes] as const),
    ...request.image.map((bytes) => ['image', bytes] as const),
    ...(request.mask === undefined ? [] : [[MASK_FIELD, request.mask] as const]),
  ];
  if (given.length > maxFiles) throw tooLarge(filesFault(maxFiles));
  const large = given.find(([, bytes]) => bytes.length > maxFileBytes);
  if (large !== undefined) throw tooLarge(fileSizeFault(`A file in ${large[0]}`, maxFileBytes), large[0]);
  const texts = fieldTexts(request);
  const files = given.map(([field, bytes]): FormFile => ({ field, content: FileBlocks.of(bytes) }));
  request.images = [];
  request.image = [];
  delete request.mask;
  return { texts, files };
}

function fieldTexts(request: EditRequest): Map<string, string> {
  const texts = new Map([['prompt', request.prompt ?? '']]);
  for (const [name, value] of Object.entries(request)) {
    if (!OTHER_FIELDS.includes(name)) texts.set(name, String(value));
  }
  if (request.lora.length > 0) texts.set('lora', JSON.stringify(request.lora, spelledOut));
  const bytes = [...texts.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > FIELD_MAX_BYTES) throw tooLarge(textsFault());
  // Every call's reader sees steps; over HTTP they have to be asked for.
  return texts.set('progress', 'true');
}

/** JSON has neither NaN nor infinities: null would be a scale that isn't given. */
function spelledOut(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
