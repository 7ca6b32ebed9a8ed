import type { SampleType } from './sample-layout.js';

/** How the decoder is asked for samples of each type, and how many numbers it gives for one. */
export const DECODED: Readonly<
  Record<SampleType, { readonly depth: 'uchar' | 'ushort' | 'uint' | 'float'; readonly numbers: 1 | 2 }>
> = {
  uint8: { depth: 'uchar', numbers: 1 },
  uint16: { depth: 'ushort', numbers: 1 },
  uint32: { depth: 'uint', numbers: 1 },
  float32: { depth: 'float', numbers: 1 },
  uint64: { depth: 'uint', numbers: 2 },
  float64: { depth: 'uint', numbers: 2 },
};

/**
 * Samples as 16 bits, 0 black and 65535 white: unsigned ones by their range, floats from 0 to 1, what lies beyond cut off. What is
 * not a number is black.
 * @param bytes as the decoder gave them; those of 16 bits are not copied
 * @param littleEndian of the file: in which order the halves of 64-bit samples come
 */
export function toWords(bytes: Uint8Array, type: SampleType, littleEndian: boolean): Uint16Array {
  const { buffer, byteOffset, byteLength } = bytes;
  switch (type) {
    case 'uint8':
      return Uint16Array.from(bytes, (value) => value * 257);
    case 'uint16':
      return new Uint16Array(buffer, byteOffset, byteLength / 2);
    case 'uint32':
      return wordsOfLongs(new Uint32Array(buffer, byteOffset, byteLength / 4), 1, 0);
    case 'uint64':
      return wordsOfLongs(new Uint32Array(buffer, byteOffset, byteLength / 4), 2, littleEndian ? 1 : 0);
    case 'float32':
      return wordsOfFloats(new Float32Array(buffer, byteOffset, byteLength / 4));
    case 'float64':
      return wordsOfDoubles(new Uint32Array(buffer, byteOffset, byteLength / 4), littleEndian);
  }
}

/** Of every `step` numbers the one at `offset`. */
function wordsOfLongs(longs: Uint32Array, step: number, offset: number): Uint16Array {
  const words = new Uint16Array(longs.length / step);
  for (let index = 0; index < words.length; index += 1) {
    words[index] = Math.round((longs[index * step + offset] ?? 0) / 65537);
  }
  return words;
}

function wordsOfFloats(floats: Float32Array): Uint16Array {
  const words = new Uint16Array(floats.length);
  for (let index = 0; index < words.length; index += 1) words[index] = fromUnit(floats[index] ?? 0);
  return words;
}

/** @param halves two of each number, in the file's order */
function wordsOfDoubles(halves: Uint32Array, littleEndian: boolean): Uint16Array {
  const words = new Uint16Array(halves.length / 2);
  const whole = new DataView(new ArrayBuffer(8));
  const [first, second] = littleEndian ? [4, 0] : [0, 4];
  for (let index = 0; index < words.length; index += 1) {
    whole.setUint32(first, halves[index * 2] ?? 0);
    whole.setUint32(second, halves[index * 2 + 1] ?? 0);
    words[index] = fromUnit(whole.getFloat64(0));
  }
  return words;
}

function fromUnit(value: number): number {
  if (value >= 1) return 65535;
  return value > 0 ? Math.round(value * 65535) : 0;
}
