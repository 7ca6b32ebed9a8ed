/** What an edit's error says when it was cancelled. */
export const EDIT_CANCELLED = 'The edit was cancelled';
/** What an edit's error says when the model is loading. */
export const MODEL_NOT_READY = 'Model is not ready yet';

/**
 * Why an edit has no result. `invalid`: the request can't be served as it is; `conflict`: it contradicts the state of what it
 * names; `not_found`: what it names isn't there; `busy`: there is no room for it now; `unavailable`: there is no model to run it
 * on, or the service ends; `damaged`: what is kept of it can't be read; `failed`: generation failed; `timeout`: its time limit passed; `cancelled`: it is wanted no longer.
 */
export const EDIT_ERROR_KINDS = [
  'invalid',
  'conflict',
  'not_found',
  'busy',
  'unavailable',
  'damaged',
  'failed',
  'timeout',
  'cancelled',
] as const;
type EditErrorKind = (typeof EDIT_ERROR_KINDS)[number];

interface EditErrorOptions {
  /** The form field at fault, for `invalid`. */
  readonly param?: string | null;
  /** When trying again is likely to help, for `busy` and `unavailable`. */
  readonly retryAfterSeconds?: number;
}

/** An edit that can't be taken or has failed. The message is in plain words and holds no path of the host. */
export class EditError extends Error {
  override readonly name: string = 'EditError';
  readonly param: string | null;
  readonly retryAfterSeconds: number | null;

  constructor(
    readonly kind: EditErrorKind,
    message: string,
    { param = null, retryAfterSeconds }: EditErrorOptions = {},
  ) {
    super(message);
    this.param = param;
    this.retryAfterSeconds = retryAfterSeconds ?? null;
  }
}

/**
 * A request that can't be served as it is.
 * @param param the form field at fault
 */
export function invalidEdit(message: string, param?: string): EditError {
  return new EditError('invalid', message, { param: param ?? null });
}
