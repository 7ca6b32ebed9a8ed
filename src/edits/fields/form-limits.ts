import { MEGABYTE } from '../../program/megabytes.js';

/** Of one text field, and of all together: what a form's texts are looked through for must stay quick. */
export const FIELD_MAX_BYTES = MEGABYTE;
export const MAX_TEXT_FIELDS = 64;
export const FIELD_NAME_MAX_LENGTH = 100;
