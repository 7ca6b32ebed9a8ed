import type { FileHandle } from 'node:fs/promises';
import type { TensorEntry } from '../../checkpoint/tensor-index.js';

/** Values read at once, so that a weight's own size bounds what quantizing it takes. */
const VALUES_AT_ONCE = 2 ** 22;

/** Some rows of a matrix. */
export interface FloatRows {
  readonly first: number;
  /** float32 [rows, columns]; valid until the next are asked for. */
  readonly values: Float32Array;
}

/**
 * Reads the first rows of a stored matrix a few at a time, as float32.
 * @param file the one that the tensor lies in
 */
export async function* floatRows(
  file: FileHandle,
  tensor: TensorEntry,
  rows: number,
  columns: number,
): AsyncGenerator<FloatRows> {
  const rowBytes = (tensor.length / (tensor.shape[0] ?? 1)) | 0;
  const atOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / columns));
  const bytes = new Uint8Array(Math.min(rows, atOnce) * rowBytes);
  const floats = new Float32Array(Math.min(rows, atOnce) * columns);
  for (let first = 0; first < rows; first += atOnce) {
    const count = Math.min(atOnce, rows - first);
    const stored = bytes.subarray(0, count * rowBytes);
    const { bytesRead } = await file.read(stored, 0, stored.length, tensor.offset + first * rowBytes);
    if (bytesRead !== stored.length) throw new Error(`${tensor.label}: tensor ${tensor.name} ends too soon`);
    const values = floats.subarray(0, count * columns);
    toFloat32(tensor.dtype, stored, values);
    yield { first, values };
  }
}

function toFloat32(dtype: TensorEntry['dtype'], bytes: Uint8Array, values: Float32Array): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  switch (dtype) {
    case 'F32':
      bits.set(new Uint32Array(bytes.buffer, bytes.byteOffset, values.length));
      return;
    case 'BF16': {
      const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, values.length);
      for (let index = 0; index < halves.length; index += 1) bits[index] = (halves[index] ?? 0) << 16;
      return;
    }
    case 'F16': {
      const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, values.length);
      for (let index = 0; index < halves.length; index += 1) values[index] = halfValue(halves[index] ?? 0);
      return;
    }
    default:
      throw new Error(`Weights of type ${dtype} are not quantized`);
  }
}

/** IEEE 754's binary16. */
function halfValue(half: number): number {
  const sign = half >> 15 === 0 ? 1 : -1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
