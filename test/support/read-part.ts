import { closeSync, openSync, readSync } from 'node:fs';

/** Some bytes of a file, in a buffer of their own. */
export function readPart(path: string, offset: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  const file = openSync(path, 'r');
  try {
    if (readSync(file, bytes, 0, length, offset) !== length) throw new Error(`${path} ends too soon`);
    return bytes;
  } finally {
    closeSync(file);
  }
}
