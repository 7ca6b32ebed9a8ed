import type { ErrorCode } from './error-table.js';

const codes = new WeakMap<object, ErrorCode>();

/** Remembers the error code that a response carries, for log and metrics. */
export function rememberErrorCode(response: object, code: ErrorCode): void {
  codes.set(response, code);
}

/** null: the response carries none. */
export function errorCodeOf(response: object): ErrorCode | null {
  return codes.get(response) ?? null;
}
