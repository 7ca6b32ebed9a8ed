/**
 * Why an edit has no result. `invalid`: the request can't be served as it is; `failed`: generation failed;
 * `unavailable`: there is no model to run it on. The message is in plain words and holds no path of the host.
 */
export class EditFailure extends Error {
  constructor(
    readonly kind: 'invalid' | 'failed' | 'unavailable',
    message: string,
    /** The form field at fault, for `invalid`. */
    readonly param: string | null = null,
  ) {
    super(message);
  }
}
