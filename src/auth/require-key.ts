import type { RequestHandler } from 'express';
import type { ApiKey } from './api-key.js';
import { basicPassword, bearerToken } from './authorization-header.js';
import { unauthorized } from './unauthorized.js';

/** The key guard for paths that are served beside Nest's routes. */
export function requireKey(apiKey: ApiKey): RequestHandler {
  return (request, _response, next) => {
    const { authorization } = request.headers;
    const presented = basicPassword(authorization) ?? bearerToken(authorization);
    const passes = !apiKey.isSet || (presented !== null && apiKey.matches(presented));
    if (passes) next();
    else next(unauthorized(request));
  };
}
