import type { ImageSize } from '../../images/condition-size.js';
import type { ReadMask } from '../../images/mask/edit-mask.js';
import type { MaskedPicture } from '../../images/mask/masked-picture.js';
import type { EditInputs } from '../../jobs/edit-job.js';
import { type EditError, invalidEdit } from '../../protocol/edit-error.js';
import { sizeText } from '../../protocol/edit-settings.js';
import type { EditForm } from '../fields/check-form.js';
import { MASK_FIELD } from '../fields/known-fields.js';
import type { ReadPicture } from '../../decoding/input-picture.worker.js';

/**
 * The edits that a form's pictures make, each with the mask where there is one and the pictures' pixels were kept.
 * @param pictures in the order of the form's files
 * @throws EditError where the mask isn't as large as a picture that it is for
 */
export function toEdits(form: EditForm, pictures: readonly ReadPicture[], mask: ReadMask | null): EditInputs {
  const edits = form.inputs.kind === 'together' ? [pictures] : pictures.map((picture) => [picture]);
  return edits.map((references, index) => ({
    references: references.map(({ picture }) => picture),
    masked: mask === null ? null : masked(references[0], index, mask, form),
  }));
}

function masked(first: ReadPicture | undefined, index: number, mask: ReadMask, form: EditForm): MaskedPicture | null {
  if (first === undefined) throw new Error('There is no picture for a mask');
  const { kept, picture } = first;
  const { weights, changes, pictureSize } = mask;
  if (!isSame(picture.size, pictureSize)) throw otherSize(picture.size, index, pictureSize, form);
  return kept === null ? null : { ...kept, weights, changes };
}

function otherSize(picture: ImageSize, index: number, mask: ImageSize, { inputs, mask: file }: EditForm): EditError {
  const isOneOfSeveral = inputs.kind === 'separate' && inputs.files.length > 1;
  const which = isOneOfSeveral ? `the picture at index ${index}` : 'the picture';
  const isTurned = isSame({ width: picture.height, height: picture.width }, mask);
  const has = `has ${sizeText(picture)}${isTurned ? ', turned upright by its EXIF orientation' : ''}`;
  const advice = isOneOfSeveral
    ? 'one mask for several images must be as large as each of them, so send a request for each size'
    : 'a mask must be as large as the first picture';
  return invalidEdit(
    `Invalid mask: it has ${sizeText(mask)} pixels, but ${which} ${has}; ${advice}`,
    file?.place ?? MASK_FIELD,
  );
}

function isSame(one: ImageSize, other: ImageSize): boolean {
  return one.width === other.width && one.height === other.height;
}
