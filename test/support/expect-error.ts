import { expect } from '@jest/globals';

/** What an answer must be; message is exact unless it is a pattern. */
export interface ExpectedError {
  readonly status: number;
  readonly code: string;
  readonly message: string | RegExp;
  readonly param?: string | null;
}

const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  429: 'rate_limit_error',
  500: 'server_error',
  503: 'server_error',
  504: 'server_error',
};

/** Both halves of the envelope, the headers that every answer has, and nothing of the host in it. */
export function expectErrorText(status: number, text: string, expected: ExpectedError): void {
  const body = JSON.parse(text) as { detail: { message: string }; error: { param: string | null } };
  expect(body).toEqual({
    detail: { error: expected.code, message: expect.any(String) as unknown },
    error: {
      message: body.detail.message,
      type: TYPES[expected.status] ?? 'invalid_request_error',
      param: expected.param === undefined ? body.error.param : expected.param,
      code: expected.code,
    },
  });
  expect(status).toBe(expected.status);
  if (typeof expected.message === 'string') expect(body.detail.message).toBe(expected.message);
  else expect(body.detail.message).toMatch(expected.message);
  expectNoLeak(text);
}

export async function expectError(response: Response, expected: ExpectedError): Promise<void> {
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(response.headers.get('x-request-id')).toMatch(/^[\w.-]+$/);
  expectErrorText(response.status, await response.text(), expected);
}

/** A 400 that names what is wrong with the edit, and the field at fault. */
export function expectRefused(response: Response, message: string | RegExp, param: string | null): Promise<void> {
  return expectError(response, { status: 400, code: 'INVALID_INPUT', message, param });
}

/** Neither a stack, nor a path or module of the host, nor the parts that the service is made of. */
export function expectNoLeak(text: string): void {
  expect(text).not.toMatch(
    /node_modules|\bat \w+.*:\d+|\.[jt]s\b|\/(work|tmp|home|root|usr|app)\/|file:\/\/|vips|multer|busboy|Nest/i,
  );
}
