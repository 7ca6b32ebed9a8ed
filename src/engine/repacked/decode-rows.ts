import { GGUF_BLOCKS, type GgufBlockType } from '../../checkpoint/gguf/block-types.js';
import type { DecodeBlock, DecodedBlocks } from './decoded-blocks.js';
import { decodeQ4_0, decodeQ4_1, decodeQ5_0, decodeQ5_1, decodeQ8_0 } from './simple-blocks.js';
import { decodeQ2_K, decodeQ3_K, decodeQ4_K, decodeQ5_K, decodeQ6_K } from './super-blocks.js';

/** How a type's blocks are decoded, and how many values of them have one scale. */
const DECODERS: Readonly<Record<GgufBlockType, { decode: DecodeBlock; groupValues: 16 | 32 }>> = {
  Q4_0: { decode: decodeQ4_0, groupValues: 32 },
  Q4_1: { decode: decodeQ4_1, groupValues: 32 },
  Q5_0: { decode: decodeQ5_0, groupValues: 32 },
  Q5_1: { decode: decodeQ5_1, groupValues: 32 },
  Q8_0: { decode: decodeQ8_0, groupValues: 32 },
  Q2_K: { decode: decodeQ2_K, groupValues: 16 },
  Q3_K: { decode: decodeQ3_K, groupValues: 16 },
  Q4_K: { decode: decodeQ4_K, groupValues: 32 },
  Q5_K: { decode: decodeQ5_K, groupValues: 32 },
  Q6_K: { decode: decodeQ6_K, groupValues: 16 },
};

/** Decodes blocks that lie one after the other. */
export function decodeBlocks(type: GgufBlockType, bytes: Uint8Array): DecodedBlocks {
  const block = GGUF_BLOCKS[type];
  const { decode, groupValues } = DECODERS[type];
  const count = bytes.length / block.bytes;
  const groups = block.values / groupValues;
  const out: DecodedBlocks = {
    codes: new Int8Array(count * block.values),
    scales: new Float32Array(count * groups),
    addends: new Float32Array(count * groups),
  };
  for (let index = 0; index < count; index += 1) {
    decode(bytes, index * block.bytes, out, index * block.values, index * groups);
  }
  return out;
}

/** The values that decoded blocks stand for. */
export function blockValues({ codes, scales, addends }: DecodedBlocks): Float32Array {
  const groupValues = codes.length / scales.length;
  const values = new Float32Array(codes.length);
  for (let group = 0; group < scales.length; group += 1) {
    const [scale = 0, addend = 0] = [scales[group], addends[group]];
    for (let index = group * groupValues; index < (group + 1) * groupValues; index += 1) {
      values[index] = scale * (codes[index] ?? 0) + addend;
    }
  }
  return values;
}

/**
 * Codes as graphs read them.
 * @param zeroCode what stands for zero: 8 puts two codes in a byte, the first in the lower half
 */
export function packCodes(codes: Int8Array, zeroCode: 0 | 8 | 128): Uint8Array {
  if (zeroCode === 8) {
    const packed = new Uint8Array(codes.length / 2);
    for (let index = 0; index < packed.length; index += 1) {
      packed[index] = ((codes[2 * index] ?? 0) + 8) | (((codes[2 * index + 1] ?? 0) + 8) << 4);
    }
    return packed;
  }
  const bytes = new Uint8Array(codes.buffer, codes.byteOffset, codes.length);
  return zeroCode === 0 ? bytes : bytes.map((byte) => byte ^ zeroCode);
}
