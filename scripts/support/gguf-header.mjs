// @ts-check
/** The beginning of a GGUF file (version 3: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md). */

/** ggml's types: its number of each, and a block's values and bytes. */
export const GGML_TYPES = {
  F32: { id: 0, values: 1, bytes: 4 },
  Q4_0: { id: 2, values: 32, bytes: 18 },
  Q8_0: { id: 8, values: 32, bytes: 34 },
  Q4_K: { id: 12, values: 256, bytes: 144 },
  Q6_K: { id: 14, values: 256, bytes: 210 },
};

/** @typedef {keyof typeof GGML_TYPES} GgmlType */
/** @typedef {import('../make-sparse-checkpoint.mjs').Tensor & { type: GgmlType }} TypedTensor */

/** GGUF's number of a value that is a string. */
const STRING = 8;
const ALIGNMENT = 32;

/** @param {number} position */
export const align = (position) => Math.ceil(position / ALIGNMENT) * ALIGNMENT;

/** @param {TypedTensor} tensor */
export function ggmlBytes({ shape, type }) {
  const { values, bytes } = GGML_TYPES[type];
  return (shape.reduce((product, side) => product * side, 1) / values) * bytes;
}

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

/** @param {string} text */
const string = (text) => [int64(Buffer.byteLength(text)), Buffer.from(text)];

/**
 * @param {readonly TypedTensor[]} tensors
 * @returns {{ header: Buffer, fileBytes: number }} the bytes up to the data, and the length of the whole file
 */
export function ggufHeader(tensors) {
  const parts = [Buffer.from('GGUF'), int32(3), int64(tensors.length), int64(1)];
  parts.push(...string('general.architecture'), int32(STRING), ...string('qwen_image'));
  let offset = 0;
  for (const tensor of tensors) {
    const { name, shape, type } = tensor;
    // The dimension that runs fastest comes first.
    parts.push(...string(name), int32(shape.length), ...shape.toReversed().map(int64));
    parts.push(int32(GGML_TYPES[type].id), int64(offset));
    offset = align(offset + ggmlBytes(tensor));
  }
  const bytes = Buffer.concat(parts);
  const header = Buffer.concat([bytes, Buffer.alloc(align(bytes.length) - bytes.length)]);
  return { header, fileBytes: header.length + offset };
}
