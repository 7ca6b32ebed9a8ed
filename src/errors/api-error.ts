import { ERROR_TABLE, type ErrorCode } from './error-table.js';

export interface ApiErrorOptions {
  /** The form field that is at fault. */
  readonly param?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** An error that the caller is meant to see: its message goes into the answer as it is. */
export class ApiError extends Error {
  readonly status: number;
  readonly param: string | null;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: ApiErrorOptions = {},
  ) {
    super(message);
    this.status = ERROR_TABLE[code].status;
    this.param = options.param ?? null;
    this.headers = options.headers ?? {};
  }
}

export function invalidInput(message: string, param?: string): ApiError {
  return new ApiError('INVALID_INPUT', message, param === undefined ? {} : { param });
}

export function tooLarge(message: string, param?: string): ApiError {
  return new ApiError('PAYLOAD_TOO_LARGE', message, param === undefined ? {} : { param });
}

/** The model is loading, restarting, or has failed to load. */
export function modelNotReady(retryAfterSeconds: number): ApiError {
  return new ApiError('MODEL_NOT_READY', 'Model is not ready yet', {
    headers: { 'Retry-After': String(retryAfterSeconds) },
  });
}

/** Repeating the same work would most likely fail again and costs minutes: the SDKs are told not to. */
export function generationError(cause: string): ApiError {
  return new ApiError('GENERATION_ERROR', `Image generation failed: ${cause}`, {
    headers: { 'x-should-retry': 'false' },
  });
}
