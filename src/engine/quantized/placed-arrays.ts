import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { PlacedWeight, Span } from '../../graph/quantization/quantized-layout.js';
import { arraysOf, type RepackedTensor } from '../../graph/quantization/repacked-layout.js';
import type { WrittenFile } from './cache-entry.js';
import { crc32Joined } from './crc32-joined.js';

/** The arrays that a weight is made to, at their places in a file. */
export interface PlacedArrays {
  /** The weight's. */
  readonly name: string;
  /** In the file's order. */
  readonly arrays: readonly Pick<Span, 'offset' | 'length'>[];
  /** What else their bytes depend on. */
  readonly made: string;
}

export const roundedArrays = ({ name, format, rows, columns, codes, scales }: PlacedWeight): PlacedArrays => ({
  name,
  arrays: [codes, scales],
  made: JSON.stringify([format, rows, columns]),
});

export const repackedArrays = ({ name, rows, columns, spans }: RepackedTensor): PlacedArrays => ({
  name,
  arrays: arraysOf(spans),
  made: JSON.stringify([spans.kind === 'blocks' ? spans.form : null, rows, columns]),
});

/**
 * Brings a file that holds arrays, and zeros between them, to its length and to the disk.
 * @param sums the arrays' CRC-32, of each weight
 */
export async function completeFile(
  path: string,
  bytes: number,
  weights: readonly PlacedArrays[],
  sums: readonly (readonly number[])[],
): Promise<WrittenFile> {
  const file = await open(path, 'r+');
  try {
    await file.truncate(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  return { bytes, crc32: joinedSum(weights, sums) };
}

function joinedSum(weights: readonly PlacedArrays[], sums: readonly (readonly number[])[]): number {
  let [sum, end] = [0, 0];
  for (const [index, { arrays }] of weights.entries()) {
    for (const [part, { offset, length }] of arrays.entries()) {
      const gap = crc32(new Uint8Array(offset - end));
      sum = crc32Joined(crc32Joined(sum, gap, offset - end), sums[index]?.[part] ?? 0, length);
      end = offset + length;
    }
  }
  return sum;
}
