import type { Request } from 'express';
import { invalidInput } from '../../../http/errors/api-error.js';
import { IDEMPOTENCY_KEY_FAULT, isIdempotencyKey } from '../../admission/idempotency-key.js';
import { preferences } from './preferences.js';

/** What a request's headers say about how its edit is let in and answered. */
export interface AdmissionHeaders {
  /** `Prefer: respond-async`: the answer is a job to be asked for later. */
  readonly isAsync: boolean;
  /** `wait` beside it: the answer is the result after all when it is there within so many seconds; 0 without. */
  readonly waitSeconds: number;
  /** The Idempotency-Key header. */
  readonly idempotencyKey: string | null;
}

/** Reads them. @throws ApiError 400 when the Idempotency-Key is no such thing */
export function admissionHeaders(request: Request): AdmissionHeaders {
  const key = request.get('idempotency-key');
  if (key !== undefined && !isIdempotencyKey(key)) throw invalidInput(IDEMPOTENCY_KEY_FAULT);
  const preferred = preferences(request.get('prefer') ?? '');
  const isAsync = preferred.has('respond-async');
  const wait = preferred.get('wait') ?? '';
  return {
    isAsync,
    waitSeconds: isAsync && /^\d{1,9}$/.test(wait) ? Number(wait) : 0,
    idempotencyKey: key ?? null,
  };
}
