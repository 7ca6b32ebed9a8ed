import { type EditError, invalidEdit } from '../../protocol/edit-error.js';
import type { ModelInfo } from '../../protocol/model-info.js';
import type { FormFile, FormInput } from './form-input.js';
import { PICTURE_FIELDS } from './known-fields.js';
import { notAFile } from './not-a-file.js';

/** A form's pictures in the client's order, and how they form edits. */
export interface InputFiles {
  /** `images`: each file is an input of its own. `image`: all files together are one edit. */
  readonly kind: 'separate' | 'together';
  readonly files: readonly FormFile[];
}

/**
 * @param form normalized
 * @throws EditError that names the field
 */
export function inputFiles({ texts, files, pictureFault }: FormInput, model: ModelInfo): InputFiles {
  if (pictureFault !== undefined) throw pictureFault;
  const asText = PICTURE_FIELDS.find((field) => texts.has(field));
  if (asText !== undefined) throw notAFile(asText, texts.get(asText));

  const separate = files.filter(({ field }) => field === 'images');
  const together = files.filter(({ field }) => field === 'image');
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

function tooManyReferences(files: readonly FormFile[], model: ModelInfo): EditError {
  const { id, maxReferences, mayTakeSeveral } = model;
  // In JSON the pictures of one edit are called images.
  const isJson = files.some(({ place }) => place !== undefined);
  const field = isJson ? 'images' : 'image';
  const advice = isJson ? 'send a request for each edit' : 'use images for separate edits';
  const most = `${maxReferences} ${maxReferences === 1 ? 'picture' : 'pictures'} an edit${mayTakeSeveral ? ' (MAX_REFERENCES)' : ''}`;
  return invalidEdit(`${field}: ${id} takes at most ${most}, ${files.length} were given; ${advice}`, field);
}
