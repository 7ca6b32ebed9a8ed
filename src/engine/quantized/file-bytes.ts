import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/** Calls with a file that is closed afterwards. */
export function withFile<Result>(path: string, flags: 'r' | 'r+', use: (file: number) => Result): Result {
  const file = openSync(path, flags);
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

/**
 * Fills `bytes` with what lies from a place of a file on.
 * @returns whether there was so much
 */
export function readWhole(file: number, bytes: Uint8Array, position: number): boolean {
  for (let done = 0; done < bytes.length;) {
    const count = readSync(file, bytes, done, bytes.length - done, position + done);
    if (count === 0) return false;
    done += count;
  }
  return true;
}

/** Writes all of `bytes` to a place of a file. */
export function writeWhole(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(file, bytes, done, bytes.length - done, position + done);
  }
}
