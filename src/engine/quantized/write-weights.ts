import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { PlacedWeight, Span } from '../../graph/quantization/quantized-layout.js';
import { quantizeBlocks, quantizeChannels } from './quantize-rows.js';
import { floatRows } from './float-rows.js';

/** A file that was written. */
export interface WrittenFile {
  readonly bytes: number;
  readonly crc32: number;
}

/**
 * Quantizes the weights of a component into one file, in its order; holds one weight at a time.
 * @param root folder of the checkpoint's files
 * @param onWritten called after each weight
 */
export async function writeWeights(
  path: string,
  weights: readonly PlacedWeight[],
  root: string,
  onWritten: () => void,
): Promise<WrittenFile> {
  const target = await open(path, 'wx');
  const sources = new Map<string, FileHandle>();
  try {
    const written = { bytes: 0, crc32: 0 };
    for (const weight of weights) {
      const source = sources.get(weight.tensor.file) ?? (await open(join(root, weight.tensor.file)));
      sources.set(weight.tensor.file, source);
      const { codes, scales } = await quantize(source, weight);
      await append(target, written, weight.codes, codes);
      await append(target, written, weight.scales, new Uint8Array(scales.buffer));
      onWritten();
    }
    await target.sync();
    return written;
  } finally {
    await Promise.all([target, ...sources.values()].map((file) => file.close()));
  }
}

async function quantize(
  source: FileHandle,
  weight: PlacedWeight,
): Promise<{ codes: Uint8Array; scales: Float32Array }> {
  const { tensor, format, rows, columns } = weight;
  const codes = new Uint8Array(weight.codes.length);
  const scales = new Float32Array(weight.scales.length / Float32Array.BYTES_PER_ELEMENT);
  for await (const { first, values } of floatRows(source, tensor, rows, columns)) {
    if (format.kind === 'channels') {
      quantizeChannels(values, columns, first, codes, scales);
    } else {
      const count = values.length / columns;
      const part = <T extends Uint8Array | Float32Array>(array: T): T =>
        array.subarray((array.length / rows) * first, (array.length / rows) * (first + count)) as T;
      quantizeBlocks(values, columns, format.bits, format.blockSize, part(codes), part(scales));
    }
  }
  return { codes, scales };
}

/** Writes at the place that the layout gave, with zeros before it where places are aligned. */
async function append(
  file: FileHandle,
  written: { bytes: number; crc32: number },
  span: Span,
  bytes: Uint8Array,
): Promise<void> {
  const gap = new Uint8Array(span.offset - written.bytes);
  for (const part of [gap, bytes]) {
    // The sum over nothing is 0 whatever came before.
    if (part.length === 0) continue;
    await file.writeFile(part);
    written.crc32 = crc32(part, written.crc32);
    written.bytes += part.length;
  }
}
