import type { DecodeBlock } from './decoded-blocks.js';
import { halfAt } from '../../graph/half-values.js';

/*
 * GGUF's K types: 256 values a block, in groups whose scales (and minima) are small integers times the block's own. Source:
 * ggml's ggml-common.h (layouts) and ggml-quants.c (dequantize_row_…).
 */

/** 16 bytes of a scale (lower half) and a minimum; 64 bytes of four values; d, dmin: d·s·q − dmin·m, in groups of 16. */
export const decodeQ2_K: DecodeBlock = (bytes, at, { codes, scales, addends }, value, group) => {
  const scale = halfAt(bytes, at + 80);
  const minimum = halfAt(bytes, at + 82);
  for (let index = 0; index < 16; index += 1) {
    const packed = bytes[at + index] ?? 0;
    const groupScale = Math.fround(scale * (packed & 15));
    scales[group + index] = groupScale;
    addends[group + index] = 2 * groupScale - Math.fround(minimum * (packed >> 4));
  }
  twoBitCodes(bytes, at + 16, (index, code) => {
    codes[value + index] = code - 2;
  });
};

/** 32 bytes of third bits; 64 bytes of four values; 12 bytes of 16 scales; d: d·(s − 32)·(q − 4), in groups of 16. */
export const decodeQ3_K: DecodeBlock = (bytes, at, { codes, scales, addends }, value, group) => {
  const scale = halfAt(bytes, at + 108);
  for (let index = 0; index < 16; index += 1) {
    const low = (bytes[at + 96 + (index & 7)] ?? 0) >> (index < 8 ? 0 : 4);
    const high = (bytes[at + 104 + (index & 3)] ?? 0) >> (2 * (index >> 2));
    scales[group + index] = scale * (((low & 15) | ((high & 3) << 4)) - 32);
    addends[group + index] = 0;
  }
  twoBitCodes(bytes, at + 32, (index, code) => {
    const thirdBit = ((bytes[at + (index & 31)] ?? 0) >> (index >> 5)) & 1;
    codes[value + index] = code + 4 * thirdBit - 4;
  });
};

/** The values' two bits: each run of 32 bytes has four runs of 32 values, in the bytes' lowest bits first. */
function twoBitCodes(bytes: Uint8Array, at: number, take: (index: number, code: number) => void): void {
  for (let index = 0; index < 256; index += 1) {
    const byte = bytes[at + (index >> 7) * 32 + (index & 31)] ?? 0;
    take(index, (byte >> (2 * ((index >> 5) & 3))) & 3);
  }
}

/** d, dmin; 12 bytes of 8 scales and 8 minima; 128 bytes of halves: d·s·q − dmin·m, in groups of 32. */
export const decodeQ4_K: DecodeBlock = (bytes, at, { codes, scales, addends }, value, group) => {
  groupScales(bytes, at, scales, addends, group, 8);
  for (let run = 0; run < 4; run += 1) {
    for (let index = 0; index < 32; index += 1) {
      const byte = bytes[at + 16 + run * 32 + index] ?? 0;
      codes[value + run * 64 + index] = (byte & 15) - 8;
      codes[value + run * 64 + 32 + index] = (byte >> 4) - 8;
    }
  }
};

/** The same with 32 bytes of fifth bits before the halves. */
export const decodeQ5_K: DecodeBlock = (bytes, at, { codes, scales, addends }, value, group) => {
  groupScales(bytes, at, scales, addends, group, 16);
  for (let run = 0; run < 4; run += 1) {
    for (let index = 0; index < 32; index += 1) {
      const fifth = (bytes[at + 16 + index] ?? 0) >> (2 * run);
      const byte = bytes[at + 48 + run * 32 + index] ?? 0;
      codes[value + run * 64 + index] = ((byte & 15) | ((fifth & 1) << 4)) - 16;
      codes[value + run * 64 + 32 + index] = ((byte >> 4) | ((fifth & 2) << 3)) - 16;
    }
  }
};

/** d·s, and what is added to it times the centred code: `centre` codes of it less dmin·m. */
function groupScales(
  bytes: Uint8Array,
  at: number,
  scales: Float32Array,
  addends: Float32Array,
  group: number,
  centre: number,
): void {
  const scale = halfAt(bytes, at);
  const minimum = halfAt(bytes, at + 2);
  for (let index = 0; index < 8; index += 1) {
    const first = bytes[at + 4 + index] ?? 0;
    const second = bytes[at + 8 + index] ?? 0;
    // Six bits each: the last four pairs' low halves share a byte, and their upper bits lie above the first four's.
    const above = bytes[at + index] ?? 0;
    const s = index < 4 ? first & 63 : (second & 15) | ((above >> 6) << 4);
    const m = index < 4 ? second & 63 : (second >> 4) | ((first >> 6) << 4);
    const groupScale = Math.fround(scale * s);
    scales[group + index] = groupScale;
    addends[group + index] = centre * groupScale - Math.fround(minimum * m);
  }
}

/** 128 bytes of halves; 64 bytes of upper bits; 16 signed scales; d: d·s·(q − 32), in groups of 16. */
export const decodeQ6_K: DecodeBlock = (bytes, at, { codes, scales, addends }, value, group) => {
  const scale = halfAt(bytes, at + 208);
  for (let index = 0; index < 16; index += 1) {
    scales[group + index] = scale * (((bytes[at + 192 + index] ?? 0) << 24) >> 24);
    addends[group + index] = 0;
  }
  for (let half = 0; half < 2; half += 1) {
    const low = at + half * 64;
    const first = value + half * 128;
    for (let index = 0; index < 32; index += 1) {
      const upper = bytes[at + 128 + half * 32 + index] ?? 0;
      const one = bytes[low + index] ?? 0;
      const other = bytes[low + 32 + index] ?? 0;
      codes[first + index] = ((one & 15) | ((upper & 3) << 4)) - 32;
      codes[first + 32 + index] = ((other & 15) | ((upper & 12) << 2)) - 32;
      codes[first + 64 + index] = ((one >> 4) | (upper & 48)) - 32;
      codes[first + 96 + index] = ((other >> 4) | ((upper & 192) >> 2)) - 32;
    }
  }
};
