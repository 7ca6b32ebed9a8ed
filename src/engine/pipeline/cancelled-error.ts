/** The picture was given up on its way. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';

  constructor() {
    super('The edit was cancelled');
  }
}
