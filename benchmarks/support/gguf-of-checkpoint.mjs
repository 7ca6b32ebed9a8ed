// @ts-check
/** A checkpoint's own transformer as a GGUF file. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { register } from 'tsx/esm/api';
import { GGUF_BLOCKS, halfBits, isQuantized, writeGguf } from '../../scripts/support/gguf-file.mjs';

register();
const { openEditCheckpoint } = await import('../../src/engine/open-edit-checkpoint.js');

/** @typedef {import('../../scripts/support/gguf-file.mjs').BlockType} BlockType */

/**
 * Rounds as ggml's quantize_row_q4_0_ref and quantize_row_q8_0_ref do.
 * @param {string} folder a checkpoint in bfloat16
 * @param {BlockType} type
 * @param {string} path the file that is written
 */
export async function writeGgufOfCheckpoint(folder, type, path) {
  const { root, transformer } = await openEditCheckpoint(folder);
  const entries = [...transformer.tensors.names()].flatMap((name) => transformer.tensors.get(name) ?? []);
  const tensors = entries.map(({ name, shape }) => ({ name, shape: [...shape] }));
  const places = new Map(entries.map((entry) => [entry.name, entry]));
  await writeGguf(path, tensors, type, async function* (tensor) {
    const entry = places.get(tensor.name);
    if (entry?.dtype !== 'BF16') throw new Error(`${tensor.name} is not in bfloat16`);
    const file = await open(join(root, entry.file));
    try {
      const halves = new Uint16Array(entry.length / 2);
      await file.read(new Uint8Array(halves.buffer), 0, entry.length, entry.offset);
      const values = new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
      yield isQuantized(tensor) ? quantize(values, type) : new Uint8Array(values.buffer);
    } finally {
      await file.close();
    }
  });
}

/** @param {Float32Array} values @param {BlockType} type */
function quantize(values, type) {
  const block = GGUF_BLOCKS[type];
  const bytes = Buffer.alloc((values.length / block.values) * block.bytes);
  const round = type === 'Q4_0' ? roundTo4Bits : roundTo8Bits;
  for (let first = 0, at = 0; first < values.length; first += block.values, at += block.bytes) {
    round(values.subarray(first, first + block.values), bytes, at);
  }
  return bytes;
}

/** The value farthest from zero gets the code -8, whatever its sign. @param {Float32Array} values @param {Buffer} bytes @param {number} at */
function roundTo4Bits(values, bytes, at) {
  const farthest = values.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
  const scale = farthest / -8;
  const code = (/** @type {number} */ value) => (scale === 0 ? 8 : Math.min(15, Math.trunc(value / scale + 8.5)));
  bytes.writeUInt16LE(halfBits(scale), at);
  for (let index = 0; index < 16; index += 1) {
    bytes[at + 2 + index] = code(values[index] ?? 0) | (code(values[index + 16] ?? 0) << 4);
  }
}

/** @param {Float32Array} values @param {Buffer} bytes @param {number} at */
function roundTo8Bits(values, bytes, at) {
  const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127;
  bytes.writeUInt16LE(halfBits(scale), at);
  for (const [index, value] of values.entries()) {
    bytes.writeInt8(scale === 0 ? 0 : Math.round(value / scale), at + 2 + index);
  }
}
