import type { DecodeBlock } from './decoded-blocks.js';
import { halfAt } from '../../graph/half-values.js';

/*
 * GGUF's types with 32 values a block, all of one scale. Source: ggml's ggml-common.h (layouts) and ggml-quants.c
 * (dequantize_row_…). Of a byte's halves the lower one is a value of the block's first half, the upper one of its second.
 */
const HALF_BLOCK = 16;

/** d; 16 bytes of halves: d · (q − 8). */
export const decodeQ4_0: DecodeBlock = (bytes, at, { codes, scales, addends }, value, group) => {
  scales[group] = halfAt(bytes, at);
  addends[group] = 0;
  for (let index = 0; index < HALF_BLOCK; index += 1) {
    const byte = bytes[at + 2 + index] ?? 0;
    codes[value + index] = (byte & 15) - 8;
    codes[value + HALF_BLOCK + index] = (byte >> 4) - 8;
  }
};

/** d, m; 16 bytes of halves: d · q + m. */
export const decodeQ4_1: DecodeBlock = (bytes, at, { codes, scales, addends }, value, group) => {
  const scale = halfAt(bytes, at);
  scales[group] = scale;
  addends[group] = halfAt(bytes, at + 2) + 8 * scale;
  for (let index = 0; index < HALF_BLOCK; index += 1) {
    const byte = bytes[at + 4 + index] ?? 0;
    codes[value + index] = (byte & 15) - 8;
    codes[value + HALF_BLOCK + index] = (byte >> 4) - 8;
  }
};

/** d; 32 fifth bits; 16 bytes of halves: d · (q − 16). */
export const decodeQ5_0: DecodeBlock = (bytes, at, out, value, group) => {
  out.scales[group] = halfAt(bytes, at);
  out.addends[group] = 0;
  fiveBitCodes(bytes, at + 2, out.codes, value);
};

/** d, m; 32 fifth bits; 16 bytes of halves: d · q + m. */
export const decodeQ5_1: DecodeBlock = (bytes, at, out, value, group) => {
  const scale = halfAt(bytes, at);
  out.scales[group] = scale;
  out.addends[group] = halfAt(bytes, at + 2) + 16 * scale;
  fiveBitCodes(bytes, at + 4, out.codes, value);
};

function fiveBitCodes(bytes: Uint8Array, at: number, codes: Int8Array, value: number): void {
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  const high = (bytes[at + 2] ?? 0) | ((bytes[at + 3] ?? 0) << 8);
  for (let index = 0; index < HALF_BLOCK; index += 1) {
    const byte = bytes[at + 4 + index] ?? 0;
    codes[value + index] = ((byte & 15) | (((low >> index) & 1) << 4)) - 16;
    codes[value + HALF_BLOCK + index] = ((byte >> 4) | (((high >> index) & 1) << 4)) - 16;
  }
}

/** d; 32 signed bytes: d · q. */
export const decodeQ8_0: DecodeBlock = (bytes, at, { codes, scales, addends }, value, group) => {
  scales[group] = halfAt(bytes, at);
  addends[group] = 0;
  for (let index = 0; index < 2 * HALF_BLOCK; index += 1) codes[value + index] = bytes[at + 2 + index] ?? 0;
};
