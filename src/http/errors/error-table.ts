/** Every error code that an answer may carry: its status, and the `type` that OpenAI's SDKs know it by. */
export const ERROR_TABLE = {
  INVALID_INPUT: { status: 400, type: 'invalid_request_error' },
  UNAUTHORIZED: { status: 401, type: 'authentication_error' },
  FORBIDDEN: { status: 403, type: 'permission_error' },
  NOT_FOUND: { status: 404, type: 'invalid_request_error' },
  METHOD_NOT_ALLOWED: { status: 405, type: 'invalid_request_error' },
  NOT_ACCEPTABLE: { status: 406, type: 'invalid_request_error' },
  REQUEST_INCOMPLETE: { status: 408, type: 'invalid_request_error' },
  CONFLICT: { status: 409, type: 'invalid_request_error' },
  PAYLOAD_TOO_LARGE: { status: 413, type: 'invalid_request_error' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, type: 'invalid_request_error' },
  QUEUE_FULL: { status: 429, type: 'rate_limit_error' },
  HEADERS_TOO_LARGE: { status: 431, type: 'invalid_request_error' },
  // The general code of a status is the last that has it.
  JOB_DAMAGED: { status: 500, type: 'server_error' },
  GENERATION_ERROR: { status: 500, type: 'server_error' },
  MODEL_NOT_READY: { status: 503, type: 'server_error' },
  TIMEOUT: { status: 504, type: 'server_error' },
} as const satisfies Record<string, { status: number; type: string }>;

export type ErrorCode = keyof typeof ERROR_TABLE;

const CODE_BY_STATUS = new Map<number, ErrorCode>(
  Object.entries(ERROR_TABLE).map(([code, { status }]) => [status, code as ErrorCode]),
);

/** The code for a status that the framework chose; a status outside the table falls back to its class's general code. */
export function codeForStatus(status: number): ErrorCode {
  return CODE_BY_STATUS.get(status) ?? (status >= 500 ? 'GENERATION_ERROR' : 'INVALID_INPUT');
}
