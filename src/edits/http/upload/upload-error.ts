import { MulterError } from 'multer';
import type { RequestLimits } from '../../../config/settings.js';
import { type ApiError, invalidInput, tooLarge } from '../../../http/errors/api-error.js';
import { inMegabytes } from '../../../program/megabytes.js';
import { FIELD_MAX_BYTES } from './form-limits.js';

/** Puts what multer or its parser found into plain words. */
export function uploadError(error: unknown, limits: RequestLimits): ApiError {
  if (!(error instanceof MulterError)) return invalidInput('The multipart body is malformed or was cut off');
  const field = error.field ?? 'a field';
  switch (error.code) {
    case 'LIMIT_FILE_SIZE':
      return tooLarge(
        `A file in ${field} is larger than ${inMegabytes(limits.maxFileBytes)} (MAX_FILE_MB)`,
        error.field,
      );
    case 'LIMIT_FILE_COUNT':
      return tooLarge(`At most ${limits.maxFiles} files are allowed in a request (MAX_FILES)`);
    case 'LIMIT_FIELD_VALUE':
      return tooLarge(`${field} is longer than ${inMegabytes(FIELD_MAX_BYTES)}`, error.field);
    case 'LIMIT_PART_COUNT':
    case 'LIMIT_FIELD_COUNT':
      return invalidInput('The multipart body has too many fields');
    case 'LIMIT_FIELD_KEY':
      return invalidInput('A field name in the multipart body is too long');
    default:
      return invalidInput('A field name in the multipart body is missing or invalid', error.field);
  }
}
