import type { Writable } from 'node:stream';
import type { Request } from 'express';
import { ApiError } from '../../../http/errors/api-error.js';
import { bodyTooLarge } from './check-body-headers.js';
import { runningUpload } from './running-upload.js';
import { watchForSlowBody } from './slow-body.js';

/** Gives a request's body to multer's parser, as long as it is neither too large, nor too slow, nor more than can be held. */
export function feedParser(request: Request, parser: Writable, maxBodyBytes: number): void {
  const { held, fail } = runningUpload(request);
  let receivedBytes = 0;
  const stop = (error: unknown): void => {
    // The rest is thrown away as it comes.
    request.off('data', count);
    request.unpipe(parser);
    fail(error);
  };
  const count = (chunk: Buffer): void => {
    receivedBytes += chunk.length;
    try {
      if (receivedBytes > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
      held.add(chunk.length);
    } catch (error) {
      stop(error);
    }
  };
  request.on('data', count);
  watchForSlowBody(request, () => stop(new ApiError('REQUEST_INCOMPLETE', 'The request body arrives too slowly')));
  request.pipe(parser);
}
