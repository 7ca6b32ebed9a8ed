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

/** A sample as 16 bits unsigned, 0 black and 65535 white. */
export type SampleReader = (index: number) => number;

/**
 * Samples as 16 bits: unsigned ones by their range, floats from 0 to 1, what lies beyond cut off. What is not a number is black.
 * @param littleEndian of the file: in which order the halves of 64-bit samples come
 */
export function sampleReader(bytes: Uint8Array, type: SampleType, littleEndian: boolean): SampleReader {
  const { buffer, byteOffset, byteLength } = bytes;
  switch (type) {
    case 'uint8':
      return (index) => (bytes[index] ?? 0) * 257;
    case 'uint16': {
      const values = new Uint16Array(buffer, byteOffset, byteLength / 2);
      return (index) => values[index] ?? 0;
    }
    case 'uint32': {
      const values = new Uint32Array(buffer, byteOffset, byteLength / 4);
      return (index) => Math.round((values[index] ?? 0) / 65537);
    }
    case 'float32': {
      const values = new Float32Array(buffer, byteOffset, byteLength / 4);
      return (index) => fromUnit(values[index] ?? 0);
    }
    case 'uint64': {
      const halves = new Uint32Array(buffer, byteOffset, byteLength / 4);
      const high = littleEndian ? 1 : 0;
      return (index) => Math.round((halves[index * 2 + high] ?? 0) / 65537);
    }
    case 'float64': {
      const halves = new Uint32Array(buffer, byteOffset, byteLength / 4);
      const whole = new DataView(new ArrayBuffer(8));
      return (index) => {
        whole.setUint32(littleEndian ? 4 : 0, halves[index * 2] ?? 0);
        whole.setUint32(littleEndian ? 0 : 4, halves[index * 2 + 1] ?? 0);
        return fromUnit(whole.getFloat64(0));
      };
    }
  }
}

function fromUnit(value: number): number {
  if (value >= 1) return 65535;
  return value > 0 ? Math.round(value * 65535) : 0;
}
