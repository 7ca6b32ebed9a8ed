import type { Writable } from 'node:stream';
import type { Request } from 'express';
import { ApiError } from '../../../http/errors/api-error.js';
import type { HeldBytes } from '../../budget/byte-budget.service.js';
import { bodyTooLarge } from './check-body-headers.js';
import { watchForSlowBody } from '../../../http/slow-body.js';

export interface FeedLimits {
  /** Counts the body's bytes. */
  readonly held: HeldBytes;
  readonly maxBodyBytes: number;
  readonly uploadTimeoutSeconds: number;
}

/**
 * Gives a request's body to a parser, to the body's end, as long as it is neither too large, nor too slow, nor more than can be
 * held.
 * @param createParser its parser calls `done` once: with null when it has all it wants, or with what is wrong
 * @throws what is wrong, at once; what comes of the body from then on is thrown away
 */
export function feedParser(
  request: Request,
  createParser: (done: (error: unknown) => void) => Writable,
  { held, maxBodyBytes, uploadTimeoutSeconds }: FeedLimits,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let receivedBytes = 0;
    const stop = (error: unknown): void => {
      request.off('data', count);
      request.unpipe(parser);
      reject(error instanceof Error ? error : new Error(String(error)));
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
    const parser = createParser((error) => {
      if (error !== null) {
        stop(error);
      } else if (request.readableEnded) {
        resolve();
      } else {
        // What follows is nothing to the parser; the pipe would stop with it, and the body before its end.
        request.unpipe(parser);
        request.once('end', resolve);
        request.resume();
      }
    });
    request.on('data', count);
    request.once('close', () => {
      if (!request.readableEnded) stop(new ApiError('REQUEST_INCOMPLETE', 'The request body was cut off'));
    });
    const arriving = { body: request, name: 'The request body', timeoutSeconds: uploadTimeoutSeconds };
    watchForSlowBody(arriving, (message) => stop(new ApiError('REQUEST_INCOMPLETE', message)));
    request.pipe(parser);
  });
}
