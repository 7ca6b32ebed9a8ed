import type { IncomingHttpHeaders } from 'node:http';
import type { RequestLimits } from '../../../config/settings.js';
import { ApiError, invalidInput, tooLarge } from '../../../http/errors/api-error.js';
import { inMegabytes } from '../../../program/megabytes.js';
import { multipartBoundary } from './multipart-boundary.js';

/** What a body's headers announce. */
export interface BodyHeaders {
  readonly type: 'multipart' | 'json';
  /** Its length; 0 where none is announced. */
  readonly announcedBytes: number;
}

/**
 * Looks whether a body can be read, by its headers alone.
 * @throws ApiError 400, 413, 415
 */
export function checkBodyHeaders(
  headers: IncomingHttpHeaders,
  { maxBodyBytes, uploadsMaxBytes }: RequestLimits,
): BodyHeaders {
  const type = bodyType(headers['content-type'] ?? '');
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'Content-Encoding is not supported');
  const length = headers['content-length'];
  if (length === undefined && headers['transfer-encoding'] === undefined) {
    throw invalidInput('The request has no body');
  }
  const announcedBytes = Number(length ?? 0);
  if (announcedBytes > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
  if (announcedBytes > uploadsMaxBytes) {
    throw tooLarge(`The request body is larger than ${inMegabytes(uploadsMaxBytes)} (UPLOADS_MAX_MB)`);
  }
  return { type, announcedBytes };
}

function bodyType(contentType: string): BodyHeaders['type'] {
  if (/^application\/json\s*(;|$)/i.test(contentType)) {
    const [, charset = 'utf-8'] = /;\s*charset="?([^\s;"]+)/i.exec(contentType) ?? [];
    if (/^(utf-?8|us-ascii)$/i.test(charset)) return 'json';
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', `A JSON body must be UTF-8, not ${charset}`);
  }
  if (!/^multipart\/form-data\s*(;|$)/i.test(contentType)) {
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'Content-Type must be multipart/form-data or application/json');
  }
  multipartBoundary(contentType);
  return 'multipart';
}

/** The answer to a body that announces, or turns out to have, more bytes than one may have. */
export function bodyTooLarge(maxBodyBytes: number): ApiError {
  return tooLarge(`The request body is larger than ${inMegabytes(maxBodyBytes)} (MAX_BODY_MB)`);
}
