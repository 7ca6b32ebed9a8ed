/**
 * Why an edit has no result. `invalid`: the request can't be served as it is; `failed`: generation failed; `timeout`: its
 * time limit passed; `cancelled`: nobody wants it any more; `unavailable`: there is no model to run it on, or the service ends.
 * The message is in plain words and holds no path of the host.
 */
export class EditFailure extends Error {
  constructor(
    readonly kind: 'invalid' | 'failed' | 'timeout' | 'cancelled' | 'unavailable',
    message: string,
    /** The form field at fault, for `invalid`. */
    readonly param: string | null = null,
  ) {
    super(message);
  }
}
