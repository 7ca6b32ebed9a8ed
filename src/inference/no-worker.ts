import { EditError } from '../protocol/edit-error.js';

/** A worker that is being started again is there sooner, or much later. */
const RETRY_AFTER_SECONDS = 10;

/** The workers of a model that was served are all gone. */
export function noWorkerServes(model: string): EditError {
  return new EditError('unavailable', `No worker serves the model '${model}' just now`, {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}
