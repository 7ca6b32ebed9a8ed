import type { ServerHttp2Stream } from 'node:http2';
import { ApiError, tooLarge } from '../../http/errors/api-error.js';
import { MEGABYTE } from '../../program/megabytes.js';
import { MessageFrames } from './message-frames.js';

/** What the messages of a call may be. */
export interface MessageLimits {
  /** @throws what is wrong with a message of so many bytes, which is about to come */
  readonly check: (bytes: number) => void;
  /** Told of what has come. @throws when it is too much */
  readonly take: (bytes: number) => void;
}

/** Of methods whose messages hold no pictures. */
const SMALL_BYTES = MEGABYTE / 16;

/** For methods whose messages hold no pictures. @throws ApiError 413 */
export function checkSmall(bytes: number): void {
  if (bytes > SMALL_BYTES) throw tooLarge(`A message of this method has at most ${SMALL_BYTES} bytes`);
}

/**
 * Watches the messages of a call as they arrive, ahead of grpc-js, which would keep them until they are whole.
 * @param fail told once what is wrong
 */
export function watchMessages(stream: ServerHttp2Stream, limits: MessageLimits, fail: (error: unknown) => void): void {
  const frames = new MessageFrames((length, isCompressed) => {
    // What it grows to can't be known before it is there.
    if (isCompressed) {
      throw new ApiError(
        'UNSUPPORTED_MEDIA_TYPE',
        'Compressed messages are not supported: pictures are compressed already',
      );
    }
    limits.check(length);
  });
  const watch = (bytes: Buffer): void => {
    try {
      frames.feed(bytes);
      limits.take(bytes.length);
    } catch (error) {
      stream.off('data', watch);
      fail(error);
    }
  };
  stream.prependListener('data', watch);
}
