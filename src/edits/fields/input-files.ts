import { type EditError, invalidEdit } from '../../protocol/edit-error.js';
import type { ModelInfo } from '../../protocol/model-info.js';
import type { FormFile, FormInput } from './form-input.js';

/** A form's pictures in the client's order, and how they form edits. */
export interface InputFiles {
  /** `images`: each file is an input of its own. `image`: all files together are one edit. */
  readonly kind: 'separate' | 'together';
  readonly files: readonly FormFile[];
}

const TOGETHER = ['image', 'image[]'];
/** Names that hold pictures; their texts are at fault, other names' files are. */
export const PICTURE_FIELDS: readonly string[] = ['images', ...TOGETHER];

/** @throws EditError that names the field */
export function inputFiles({ texts, files, pictureFault }: FormInput, model: ModelInfo): InputFiles {
  if (pictureFault !== undefined) throw pictureFault;
  // A text named image[] is stored as image.
  const asText = PICTURE_FIELDS.find((field) => texts.has(field));
  if (asText !== undefined) throw invalidEdit(`${asText} must be a file, not text`, asText);

  const separate = files.filter(({ field }) => field === 'images');
  const together = files.filter(({ field }) => TOGETHER.includes(field));
  if (separate.length > 0 && together.length > 0) {
    throw invalidEdit(
      "images and image must not be mixed: use images for separate inputs, image for one edit's references",
      'image',
    );
  }
  if (separate.length > 0) return { kind: 'separate', files: separate };
  if (together.length === 0) throw invalidEdit('At least one image is required', 'images');
  if (together.length > model.maxReferences) throw tooManyReferences(together, model);
  return { kind: 'together', files: together };
}

function tooManyReferences(files: readonly FormFile[], { id, maxReferences }: ModelInfo): EditError {
  // In JSON the pictures of one edit are called images.
  const isJson = files.some(({ place }) => place !== undefined);
  const field = isJson ? 'images' : 'image';
  const advice = isJson ? 'send a request for each edit' : 'use images for separate edits';
  return invalidEdit(
    `${field}: ${id} takes at most ${maxReferences} picture${maxReferences === 1 ? '' : 's'} an edit, ` +
      `${files.length} were given; ${advice}`,
    field,
  );
}
