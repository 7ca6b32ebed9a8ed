// @ts-check
/** Files of a transformer in GGUF, version 3: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. */
import { open } from 'node:fs/promises';
import { align, GGML_TYPES, ggmlBytes, ggufHeader } from './gguf-header.mjs';

/** @typedef {import('../make-sparse-checkpoint.mjs').Tensor} Tensor */
/** @typedef {keyof typeof GGUF_BLOCKS} BlockType */

/** What all matrices of such a file have; tensors of one dimension are F32, as converters have it. */
export const GGUF_BLOCKS = { Q4_0: GGML_TYPES.Q4_0, Q8_0: GGML_TYPES.Q8_0 };

/** @param {Tensor} tensor */
export const isQuantized = ({ shape }) => shape.length > 1;

/** @param {Tensor} tensor @param {BlockType} type */
const typed = (tensor, type) => ({ ...tensor, type: isQuantized(tensor) ? type : /** @type {const} */ ('F32') });

/** @param {Tensor} tensor @param {BlockType} type */
export const ggufTensorBytes = (tensor, type) => ggmlBytes(typed(tensor, type));

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
    const { header: start } = ggufHeader(tensors.map((tensor) => typed(tensor, type)));
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
