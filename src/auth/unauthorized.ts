import { ApiError } from '../errors/api-error.js';

const REALM = 'realm="qwen-image-edit"';
const CHALLENGES = [`Basic ${REALM}, charset="UTF-8"`, `Bearer ${REALM}`];

export function unauthorized(authorization: string | undefined): ApiError {
  const message = authorization === undefined ? 'Credentials are required' : 'Invalid username or password';
  return new ApiError('UNAUTHORIZED', message, { headers: { 'WWW-Authenticate': CHALLENGES } });
}
