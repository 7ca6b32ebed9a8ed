import {
  type ApiError,
  conflict,
  generationError,
  invalidInput,
  modelNotReady,
  timedOut,
} from '../errors/api-error.js';
import type { EditFailure } from '../inference/edit-failure.js';

const UNAVAILABLE_RETRY_AFTER_SECONDS = 5;

/** The answer to an edit that has failed. */
export function failureError({ kind, message, param }: EditFailure): ApiError {
  switch (kind) {
    case 'invalid':
      return invalidInput(message, param ?? undefined);
    case 'failed':
      return generationError(message);
    case 'timeout':
      return timedOut(message);
    case 'cancelled':
      return conflict(message);
    case 'unavailable':
      return modelNotReady(UNAVAILABLE_RETRY_AFTER_SECONDS, message);
  }
}
