import type { Request, RequestHandler } from 'express';
import type { ApiKey } from './api-key.service.js';
import { basicPassword, bearerToken } from './authorization-header.js';
import { unauthorized } from './unauthorized.js';

/** The key guard for paths that are served beside Nest's routes. */
export function requireKey(apiKey: ApiKey): RequestHandler {
  return (request, _response, next) => {
    checkKey(apiKey, request);
    next();
  };
}

/** @throws ApiError 401 when there is a key and the request doesn't present it, as Basic or Bearer */
export function checkKey(apiKey: ApiKey, request: Request): void {
  if (!apiKey.isSet) return;
  const { authorization } = request.headers;
  const presented = basicPassword(authorization) ?? bearerToken(authorization);
  if (presented === null || !apiKey.matches(presented)) throw unauthorized(request);
}
