import { crc32 } from 'node:zlib';
import { readWhole, withFile, writeWhole } from './file-bytes.js';

const BYTES_AT_ONCE = 2 ** 22;

/** A place in a file. */
export interface FilePlace {
  /** Absolute. */
  readonly path: string;
  /** Bytes from its start. */
  readonly offset: number;
}

/** Reads a part of a file, and writes it to another one where there is a `to`. */
export interface CopyTask {
  readonly kind: 'copy';
  readonly from: FilePlace;
  readonly length: number;
  readonly to?: FilePlace;
}

/** @returns the part's CRC-32; null where the file ends before it */
export function copyBytes({ from, length, to }: CopyTask): number | null {
  const buffer = new Uint8Array(Math.min(length, BYTES_AT_ONCE));
  const copy = (write: (bytes: Uint8Array, done: number) => void): number | null =>
    withFile(from.path, 'r', (source) => {
      let sum = 0;
      for (let done = 0; done < length; done += buffer.length) {
        const bytes = buffer.subarray(0, Math.min(buffer.length, length - done));
        if (!readWhole(source, bytes, from.offset + done)) return null;
        write(bytes, done);
        sum = crc32(bytes, sum);
      }
      return sum;
    });
  if (to === undefined) return copy(() => undefined);
  return withFile(to.path, 'r+', (target) => copy((bytes, done) => writeWhole(target, bytes, to.offset + done)));
}
