import { TEXT_FIELDS } from './check-fields.js';

/** Fields that hold pictures; their texts are at fault, other names' files are. */
export const PICTURE_FIELDS: readonly string[] = ['images', 'image'];

/** The field that holds a mask. */
export const MASK_FIELD = 'mask';

/** Every field that is served. */
export const SERVED_FIELDS: readonly string[] = [...TEXT_FIELDS, ...PICTURE_FIELDS, MASK_FIELD];

/** OpenAI's, known and not served: named as such, where other unknown fields are merely unknown. */
export const UNSUPPORTED_FIELDS: readonly string[] = ['style'];

/** Clients send forms whole: of these an empty one says nothing. */
export const OPTIONAL_FIELDS: readonly string[] = [...SERVED_FIELDS, ...UNSUPPORTED_FIELDS].filter(
  (name) => name !== 'prompt',
);
