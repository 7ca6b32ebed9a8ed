import type { CorsOptions, CorsOptionsDelegate } from '@nestjs/common/interfaces/external/cors-options.interface.js';
import type { Request } from 'express';
import type { CorsOrigins } from '../../config/settings.js';

const METHODS = ['GET', 'HEAD', 'POST', 'DELETE'];
/** What the service reads of a request, and what browsers don't send unasked. */
const REQUEST_HEADERS = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'Prefer',
  'Last-Event-ID',
  'X-Request-Id',
  'X-Requested-With',
  'traceparent',
  'tracestate',
];
/** What OpenAI's package tells of itself; nothing of it is read. */
const SDK_HEADERS = [
  'User-Agent',
  ...['Lang', 'Package-Version', 'OS', 'Arch', 'Runtime', 'Runtime-Version', 'Retry-Count', 'Timeout'].map(
    (name) => `X-Stainless-${name}`,
  ),
];
/** What an answer says beside its body, and a page does not see unless it is told so. */
const ANSWER_HEADERS = [
  'X-Request-Id',
  'X-Seed',
  'X-Loras',
  'X-Warnings',
  'Server-Timing',
  'Location',
  'Preference-Applied',
  'Retry-After',
  'x-should-retry',
  'WWW-Authenticate',
  'Allow',
];
/** A browser asks again after that, and then gets to know of a changed setting. */
const PREFLIGHT_SECONDS = 600;

/**
 * What browsers are told about pages of other hosts. Credentials that a browser keeps by itself are never theirs to use:
 * a page sends the key, which it knows, in Authorization.
 */
export function corsOptions(origins: CorsOrigins): CorsOptionsDelegate<Request> {
  const options: CorsOptions = {
    origin: origins === '*' ? origins : [...origins],
    methods: METHODS,
    allowedHeaders: [...REQUEST_HEADERS, ...SDK_HEADERS],
    exposedHeaders: ANSWER_HEADERS,
    maxAge: PREFLIGHT_SECONDS,
  };
  return (request, callback) => callback(null, { ...options, preflightContinue: !isPreflight(request) });
}

/** Any other OPTIONS goes on to the routes, which don't have it. */
function isPreflight({ headers }: Request): boolean {
  return headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}
