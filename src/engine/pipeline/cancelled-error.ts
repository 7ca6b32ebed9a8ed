import { EDIT_CANCELLED } from '../../protocol/edit-error.js';

/** The picture was given up on its way. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';

  constructor() {
    super(EDIT_CANCELLED);
  }
}
