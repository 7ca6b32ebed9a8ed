import { open } from 'node:fs/promises';
import { CheckpointError } from '../checkpoint-error.js';
import { describeValue } from '../describe-value.js';
import { fileError, type FolderFiles } from '../folder-files.js';
import type { HeaderEntry } from '../safetensors-header.js';
import type { TensorDtype } from '../tensor-index.js';

/** Reads one value of a type. */
const READERS: Partial<Record<TensorDtype, (bytes: Buffer) => number>> = {
  F64: (bytes) => bytes.readDoubleLE(),
  F32: (bytes) => bytes.readFloatLE(),
  BF16: (bytes) => Buffer.concat([Buffer.alloc(2), bytes]).readFloatLE(),
  F16: (bytes) => float16(bytes.readUInt16LE()),
  I64: (bytes) => Number(bytes.readBigInt64LE()),
  I32: (bytes) => bytes.readInt32LE(),
};

/**
 * Reads the scales' numerators of a LoRA's file, one value each.
 * @param entries by their layers
 * @throws CheckpointError for one that is no finite number
 */
export async function readAlphas(
  files: FolderFiles,
  label: string,
  entries: readonly (readonly [string, HeaderEntry])[],
): Promise<ReadonlyMap<string, number>> {
  const alphas = new Map<string, number>();
  if (entries.length === 0) return alphas;
  const handle = await open(files.absolute(label)).catch((error: unknown) => {
    throw fileError(label, error);
  });
  try {
    for (const [module, { name, dtype, shape, offset, length }] of entries) {
      const read = READERS[dtype];
      if (read === undefined || shape.some((side) => side !== 1)) {
        throw new CheckpointError(
          `${label}: tensor ${describeValue(name)} is ${dtype} [${shape.join(', ')}], expected one number`,
        );
      }
      const bytes = Buffer.alloc(length);
      await handle.read(bytes, 0, length, offset);
      const alpha = read(bytes);
      if (!Number.isFinite(alpha)) throw new CheckpointError(`${label}: tensor ${describeValue(name)} is ${alpha}`);
      alphas.set(module, alpha);
    }
  } finally {
    await handle.close();
  }
  return alphas;
}

/** The value of IEEE half-precision bits. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
