import { parse } from 'content-type';
import { invalidInput } from '../../../http/errors/api-error.js';

/** RFC 2046 allows 70; the parser searches for twice that and more. */
const MAX_LENGTH = 200;

/**
 * The boundary between the parts of a body with this Content-Type.
 * @throws ApiError 400
 */
export function multipartBoundary(contentType: string): string {
  const { boundary = '' } = parse(contentType).parameters;
  if (boundary === '') throw invalidInput('The Content-Type header names no multipart boundary');
  if (boundary.length > MAX_LENGTH) {
    throw invalidInput(`The multipart boundary in the Content-Type header is longer than ${MAX_LENGTH} characters`);
  }
  return boundary;
}
