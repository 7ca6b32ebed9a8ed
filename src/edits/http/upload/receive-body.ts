import { Writable } from 'node:stream';
import type { Request } from 'express';
import { invalidInput } from '../../../http/errors/api-error.js';
import type { HeldBytes } from '../../budget/byte-budget.service.js';
import { FileBlocks } from '../../fields/file-blocks.js';
import { feedParser } from './feed-parser.js';

/**
 * Takes a whole body into memory as it is.
 * @param held counts its bytes
 * @throws ApiError when it is too large, too slow or cut off, EditError when no more can be held
 */
export function receiveBody(request: Request, held: HeldBytes, maxBodyBytes: number): Promise<FileBlocks> {
  const body = new FileBlocks();
  return new Promise((resolve, reject) => {
    const sink = new Writable({
      write: (piece: Buffer, _encoding, done) => {
        body.append(piece);
        done();
      },
    });
    sink.once('finish', () => resolve(body));
    request.once('close', () => {
      if (!request.complete) reject(invalidInput('The request body was cut off'));
    });
    const fail = (error: unknown): void => reject(error instanceof Error ? error : new Error(String(error)));
    request.context.upload = { files: [], held, fail };
    feedParser(request, sink, maxBodyBytes);
  });
}
