import type { Request } from 'express';
import { invalidInput } from '../../errors/api-error.js';
import { preferences } from './preferences.js';

export const RESPOND_ASYNC = 'respond-async';

/** What a request's headers say about the form of its answer. */
export interface EditIntent {
  /** `Prefer: respond-async`: the answer is a job to be asked for later. */
  readonly isAsync: boolean;
  /** The Idempotency-Key header. */
  readonly idempotencyKey: string | null;
}

/** @throws ApiError 400 */
export function editIntent(request: Request): EditIntent {
  const key = request.get('idempotency-key');
  if (key !== undefined && !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw invalidInput('Idempotency-Key must be 1 to 255 visible ASCII characters');
  }
  return {
    isAsync: preferences(request.get('prefer') ?? '').has(RESPOND_ASYNC),
    idempotencyKey: key ?? null,
  };
}
