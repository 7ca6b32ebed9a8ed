// @ts-check
/** Files of a transformer in GGUF, version 3: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. */
import { open } from 'node:fs/promises';

/** @typedef {import('../make-sparse-checkpoint.mjs').Tensor} Tensor */
/** @typedef {keyof typeof GGUF_BLOCKS} BlockType */

/** ggml's numbers of the types. Tensors of one dimension are F32, as converters have it. */
const F32 = 0;
export const GGUF_BLOCKS = {
  Q4_0: { number: 2, values: 32, bytes: 18 },
  Q8_0: { number: 8, values: 32, bytes: 34 },
};
/** GGUF's number of a value that is a string. */
const STRING = 8;
const ALIGNMENT = 32;

/** @param {Tensor} tensor */
export const isQuantized = ({ shape }) => shape.length > 1;

/** @param {Tensor} tensor @param {BlockType} type */
export function ggufTensorBytes(tensor, type) {
  const count = tensor.shape.reduce((product, side) => product * side, 1);
  const { values, bytes } = GGUF_BLOCKS[type];
  return isQuantized(tensor) ? (count / values) * bytes : 4 * count;
}

/** The bits of a number as IEEE 754's binary16, halves rounded up; it must not be too large. @param {number} value */
export function halfBits(value) {
  const [sign, size] = [value < 0 ? 0x8000 : 0, Math.abs(value)];
  if (size < 2 ** -14) return sign + Math.round(size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  return sign + ((exponent + 15) << 10) + Math.round((size / 2 ** exponent - 1) * 1024);
}

/**
 * @param {string} path
 * @param {readonly Tensor[]} tensors
 * @param {BlockType} type of all that have more than one dimension
 * @param {(tensor: Tensor) => Iterable<Uint8Array> | AsyncIterable<Uint8Array>} bytesOf
 */
export async function writeGguf(path, tensors, type, bytesOf) {
  const file = await open(path, 'w');
  try {
    const start = header(tensors, type);
    await file.write(start);
    let position = start.length;
    for (const tensor of tensors) {
      let end = position;
      for await (const bytes of bytesOf(tensor)) {
        await file.write(bytes, 0, bytes.length, end);
        end += bytes.length;
      }
      position = align(end);
    }
    await file.truncate(position);
  } finally {
    await file.close();
  }
}

/**
 * The file's beginning up to the data.
 * @param {readonly Tensor[]} tensors
 * @param {BlockType} type
 */
function header(tensors, type) {
  const parts = [Buffer.from('GGUF'), int32(3), int64(tensors.length), int64(1)];
  parts.push(...string('general.architecture'), int32(STRING), ...string('qwen_image'));
  let offset = 0;
  for (const tensor of tensors) {
    const { name, shape } = tensor;
    // The dimension that runs fastest comes first.
    parts.push(...string(name), int32(shape.length), ...shape.toReversed().map(int64));
    parts.push(int32(isQuantized(tensor) ? GGUF_BLOCKS[type].number : F32), int64(offset));
    offset = align(offset + ggufTensorBytes(tensor, type));
  }
  const bytes = Buffer.concat(parts);
  return Buffer.concat([bytes, Buffer.alloc(align(bytes.length) - bytes.length)]);
}

/** @param {number} position */
const align = (position) => Math.ceil(position / ALIGNMENT) * ALIGNMENT;

/** @param {string} text */
const string = (text) => [int64(Buffer.byteLength(text)), Buffer.from(text)];

/** @param {number} value */
function int32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** @param {number} value */
function int64(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
