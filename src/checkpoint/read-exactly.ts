import type { FileHandle } from 'node:fs/promises';

/**
 * Reads `length` bytes, or up to the file's end: a single read may give less than asked for.
 * @param position bytes from the file's start
 */
export async function readExactly(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
