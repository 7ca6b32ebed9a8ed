import { ERROR_TABLE, type ErrorCode } from './error-table.js';

/** The body of every error answer: `detail` for the service's own clients, `error` for OpenAI's SDKs. */
export interface ErrorEnvelope {
  readonly detail: { readonly error: ErrorCode; readonly message: string };
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: ErrorCode;
  };
}

export function errorEnvelope(code: ErrorCode, message: string, param: string | null = null): ErrorEnvelope {
  return {
    detail: { error: code, message },
    error: { message, type: ERROR_TABLE[code].type, param, code },
  };
}
