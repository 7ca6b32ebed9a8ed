import { EditError } from '../protocol/edit-error.js';

/** A job can't be taken now; after `retryAfterSeconds` there is likely to be room. */
export class QueueFullError extends EditError {
  override readonly name = 'QueueFullError';

  constructor(
    message: string,
    override readonly retryAfterSeconds: number,
  ) {
    super('busy', message, { retryAfterSeconds });
  }
}

/** A job of this name is there already, and is another. */
export class NameTakenError extends EditError {
  override readonly name = 'NameTakenError';

  constructor() {
    super('conflict', 'This Idempotency-Key was used with another body');
  }
}
