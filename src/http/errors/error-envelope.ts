import type { ErrorDto } from './error.dto.js';
import { ERROR_TABLE, type ErrorCode } from './error-table.js';

/** The body of every error answer. */
export function errorEnvelope(code: ErrorCode, message: string, param: string | null = null): Readonly<ErrorDto> {
  return {
    detail: { error: code, message },
    error: { message, type: ERROR_TABLE[code].type, param, code },
  };
}
