import type { Writable } from 'node:stream';
import { Dicer } from '@fastify/busboy';
import { invalidInput } from '../../../http/errors/api-error.js';
import { MAX_HEADER_BYTES, MAX_HEADERS, type PartHeaders } from './part-headers.js';

/** What takes the bytes of one part of a multipart body. */
export interface PartSink {
  write(piece: Buffer): void;
  end(): void;
}

/** What a multipart body is taken apart for; what it throws ends the parsing. */
export interface PartReceiver {
  /** Parts begin in their order, but one may begin before the one ahead of it has ended. */
  begin(headers: PartHeaders): PartSink;
}

/**
 * A stream that takes a multipart body apart. Dicer only splits it: what a part is, its own headers tell, and no part of a
 * body may be skipped.
 * @param done called once: when all parts have ended, or with what is wrong
 */
export function multipartParser(boundary: string, receiver: PartReceiver, done: (error: unknown) => void): Writable {
  let isDone = false;
  const finish = (error: unknown): void => {
    if (!isDone) done(error);
    isDone = true;
  };
  const attempt = (work: () => void): void => {
    if (isDone) return;
    try {
      work();
    } catch (error) {
      finish(error);
    }
  };
  // One pair more than is allowed, so that more can be told. Dicer's types lack the limit on their size.
  const options = { boundary, maxHeaderPairs: MAX_HEADERS + 1, maxHeaderSize: 2 * MAX_HEADER_BYTES };
  const dicer = new Dicer(options);
  let openParts = 0;
  let isSplit = false;
  const finishIfComplete = (): void => {
    if (isSplit && openParts === 0) finish(null);
  };
  dicer.on('part', (part) => {
    let sink: PartSink | null = null;
    openParts += 1;
    part.on('header', (headers) => attempt(() => (sink = receiver.begin(headers as PartHeaders))));
    part.on('data', (piece) => attempt(() => sink?.write(piece as Buffer)));
    part.on('end', () => {
      openParts -= 1;
      attempt(() => {
        // One that ends inside its headers never had any.
        if (sink === null) throw malformed();
        sink.end();
      });
      finishIfComplete();
    });
    // Dicer's own error tells it.
    part.on('error', () => undefined);
  });
  dicer.on('finish', () => {
    isSplit = true;
    finishIfComplete();
  });
  dicer.on('error', () => finish(malformed()));
  return dicer;
}

/** The answer to a body that is no multipart, or not all of one. */
function malformed(): Error {
  return invalidInput('The multipart body is malformed or was cut off');
}
