import type { EditError } from '../../protocol/edit-error.js';
import {
  ApiError,
  conflict,
  generationError,
  invalidInput,
  jobDamaged,
  modelNotReady,
  queueFull,
  timedOut,
} from './api-error.js';

const UNAVAILABLE_RETRY_AFTER_SECONDS = 5;
const BUSY_RETRY_AFTER_SECONDS = 1;

/** What an edit that can't be taken or has failed is answered. */
export function editApiError({ kind, message, param, retryAfterSeconds }: EditError): ApiError {
  switch (kind) {
    case 'invalid':
      return invalidInput(message, param ?? undefined);
    case 'conflict':
    case 'cancelled':
      return conflict(message);
    case 'not_found':
      return new ApiError('NOT_FOUND', message);
    case 'busy':
      return queueFull(message, retryAfterSeconds ?? BUSY_RETRY_AFTER_SECONDS);
    case 'unavailable':
      return modelNotReady(retryAfterSeconds ?? UNAVAILABLE_RETRY_AFTER_SECONDS, message);
    case 'damaged':
      return jobDamaged(message);
    case 'failed':
      return generationError(message);
    case 'timeout':
      return timedOut(message);
  }
}
