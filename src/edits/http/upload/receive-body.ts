import { Writable } from 'node:stream';
import type { Request } from 'express';
import { FileBlocks } from '../../fields/file-blocks.js';
import { type FeedLimits, feedParser } from './feed-parser.js';

/**
 * Takes a whole body into memory as it is.
 * @throws ApiError when it is too large, too slow or cut off, EditError when no more can be held
 */
export async function receiveBody(request: Request, limits: FeedLimits): Promise<FileBlocks> {
  const body = new FileBlocks();
  const sink = (done: (error: unknown) => void): Writable =>
    new Writable({
      write: (piece: Buffer, _encoding, next) => {
        body.append(piece);
        next();
      },
    }).once('finish', () => done(null));
  await feedParser(request, sink, limits);
  return body;
}
