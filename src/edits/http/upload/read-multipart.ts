import type { Request } from 'express';
import type { RequestLimits } from '../../../config/settings.js';
import type { HeldBytes } from '../../budget/byte-budget.service.js';
import type { FormInput } from '../../fields/form-input.js';
import { feedParser } from './feed-parser.js';
import { multipartBoundary } from './multipart-boundary.js';
import { MultipartForm } from './multipart-form.js';
import { multipartParser } from './multipart-parser.js';

/**
 * Reads a multipart body into memory, to its end.
 * @param held counts its bytes
 * @throws ApiError 400, 408 or 413, EditError busy; also when the client leaves in the middle
 */
export async function readMultipart(request: Request, held: HeldBytes, limits: RequestLimits): Promise<FormInput> {
  const form = new MultipartForm(limits);
  const boundary = multipartBoundary(request.headers['content-type'] ?? '');
  await feedParser(request, (done) => multipartParser(boundary, form, done), { ...limits, held });
  return form.input;
}
