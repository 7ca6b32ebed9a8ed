import { ERROR_TABLE, type ErrorCode } from './error-table.js';

/** What an error's answer holds beside its code and message. */
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

/** The request is wrong: a form field (`param`), a header or the body as a whole. */
export function invalidInput(message: string, param?: string): ApiError {
  return new ApiError('INVALID_INPUT', message, param === undefined ? {} : { param });
}

/** More bytes or files than the service takes; `param` is the form field that holds them. */
export function tooLarge(message: string, param?: string): ApiError {
  return new ApiError('PAYLOAD_TOO_LARGE', message, param === undefined ? {} : { param });
}

/** The model is loading, restarting, or has failed to load, or the service is about to end. */
export function modelNotReady(retryAfterSeconds: number, message: string): ApiError {
  return new ApiError('MODEL_NOT_READY', message, {
    headers: { 'Retry-After': String(retryAfterSeconds) },
  });
}

/** Repeating the same work would most likely fail again and costs minutes: the SDKs are told not to. */
export function generationError(cause: string): ApiError {
  return new ApiError('GENERATION_ERROR', `Image generation failed: ${cause}`, {
    headers: { 'x-should-retry': 'false' },
  });
}

/** What is kept of a job is none that the service has written: it stays so. */
export function jobDamaged(message: string): ApiError {
  return new ApiError('JOB_DAMAGED', message, { headers: { 'x-should-retry': 'false' } });
}

/** Its caller would not wait for this request's turn, or there is no room for it to wait. */
export function queueFull(message: string, retryAfterSeconds: number): ApiError {
  return new ApiError('QUEUE_FULL', message, { headers: { 'Retry-After': String(retryAfterSeconds) } });
}

/** The request's own time limit passed; doing the same work again would most likely end the same way. */
export function timedOut(message: string): ApiError {
  return new ApiError('TIMEOUT', message, { headers: { 'x-should-retry': 'false' } });
}

/** The request contradicts the state of what it names. */
export function conflict(message: string): ApiError {
  return new ApiError('CONFLICT', message, { headers: { 'x-should-retry': 'false' } });
}
