import type { IncomingHttpHeaders } from 'node:http';
import type { RequestLimits } from '../../../config/settings.js';
import { ApiError, invalidInput, tooLarge } from '../../../http/errors/api-error.js';
import { inMegabytes } from '../../../program/megabytes.js';
import { multipartBoundary } from './multipart-boundary.js';

/**
 * Looks whether a body can be read, by its headers alone.
 * @returns its announced length in bytes; 0 where none is
 * @throws ApiError 400, 413, 415
 */
export function checkBodyHeaders(
  headers: IncomingHttpHeaders,
  { maxBodyBytes, uploadsMaxBytes }: RequestLimits,
): number {
  const contentType = headers['content-type'] ?? '';
  if (!/^multipart\/form-data\s*(;|$)/i.test(contentType)) {
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'Content-Type must be multipart/form-data');
  }
  multipartBoundary(contentType);
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
  return announcedBytes;
}

/** The answer to a body that announces, or turns out to have, more bytes than one may have. */
export function bodyTooLarge(maxBodyBytes: number): ApiError {
  return tooLarge(`The request body is larger than ${inMegabytes(maxBodyBytes)} (MAX_BODY_MB)`);
}
