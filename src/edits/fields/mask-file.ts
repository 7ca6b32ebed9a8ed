import { invalidEdit } from '../../protocol/edit-error.js';
import type { FormFile, FormInput } from './form-input.js';
import { MASK_FIELD } from './known-fields.js';
import { notAFile } from './not-a-file.js';

/**
 * A form's mask; null where it has none.
 * @param form normalized
 * @throws EditError that names the field
 */
export function maskFile({ texts, files, maskFault }: FormInput): FormFile | null {
  if (maskFault !== undefined) throw maskFault;
  if (texts.has(MASK_FIELD)) throw notAFile(MASK_FIELD, texts.get(MASK_FIELD));
  const [mask = null, second] = files.filter(({ field }) => field === MASK_FIELD);
  if (second !== undefined) throw invalidEdit(`${MASK_FIELD} must be given only once`, MASK_FIELD);
  return mask;
}
