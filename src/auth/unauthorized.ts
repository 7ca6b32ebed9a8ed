import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../http/errors/api-error.js';

const REALM = 'realm="qwen-image-edit"';
const BASIC = `Basic ${REALM}, charset="UTF-8"`;
const BEARER = `Bearer ${REALM}`;

/**
 * What a request without the key is answered. A script in a browser says what it is by `X-Requested-With`, as scripts do, and
 * asks for the key itself: it isn't challenged for Basic, which would bring up the browser's own dialog.
 */
export function unauthorized(headers: IncomingHttpHeaders): ApiError {
  const message = headers.authorization === undefined ? 'Credentials are required' : 'Invalid username or password';
  const challenges = headers['x-requested-with'] === undefined ? [BASIC, BEARER] : [BEARER];
  return new ApiError('UNAUTHORIZED', message, { headers: { 'WWW-Authenticate': challenges } });
}
