import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { ErrorDto } from './error.dto.js';
import { ERROR_HEADERS } from './error-headers.js';
import { ERROR_TABLE, type ErrorCode } from './error-table.js';

/** Documents the error codes that a route may answer with. */
export function ApiErrors(...codes: readonly ErrorCode[]): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ...codes.map((code) =>
      ApiResponse({
        status: ERROR_TABLE[code].status,
        description: code,
        type: ErrorDto,
        headers: ERROR_HEADERS[code] ?? {},
      }),
    ),
  );
}
