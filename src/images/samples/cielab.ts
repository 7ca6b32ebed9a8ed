import { encodingTable, lightIndex, type SrgbConverter } from '../icc/srgb-converter.js';
import { linearSrgbOf } from '../icc/srgb.js';
import type { SampleColours, SampleType } from './sample-layout.js';

/** The white point of D50, X and Z; Y is 1. */
const [WHITE_X, WHITE_Z] = [0.9642, 0.8249];

/** CIELAB of samples widened to 16 bits: L* is `sample · lightness`, a* and b* are `toChroma(sample)`. */
interface LabEncoding {
  readonly lightness: number;
  readonly toChroma: (sample: number) => number;
}

/** 8-bit samples come times 257. */
const ENCODINGS: Readonly<Record<string, LabEncoding>> = {
  'cielab uint8': { lightness: 100 / 65535, toChroma: (sample) => ((sample / 257) << 24) >> 24 },
  'cielab uint16': { lightness: 100 / 65535, toChroma: (sample) => ((sample << 16) >> 16) / 256 },
  'icclab uint8': { lightness: 100 / 65535, toChroma: (sample) => sample / 257 - 128 },
  'icclab uint16': { lightness: 100 / 65280, toChroma: (sample) => sample / 256 - 128 },
};

/**
 * TIFF's two CIELABs (a* and b* signed, or ICC's with an offset) to sRGB, their white to its white.
 *
 * Source: TIFF 6.0, section 23; Adobe's TIFF technical note for ICCLAB; CIE 15.
 */
export function labConverter(colours: SampleColours, type: SampleType): SrgbConverter | undefined {
  const encoding = ENCODINGS[`${colours} ${type}`];
  if (encoding === undefined) return undefined;
  const encoded = encodingTable();
  const { lightness, toChroma } = encoding;
  return (words, channels, rgb) => {
    for (let from = 0, to = 0; to < rgb.length; from += channels, to += 3) {
      const y = ((words[from] ?? 0) * lightness + 16) / 116;
      const x = y + toChroma(words[from + 1] ?? 0) / 500;
      const z = y - toChroma(words[from + 2] ?? 0) / 200;
      const light = linearSrgbOf(WHITE_X * cube(x), cube(y), WHITE_Z * cube(z));
      rgb[to] = encoded[lightIndex(light[0])] ?? 0;
      rgb[to + 1] = encoded[lightIndex(light[1])] ?? 0;
      rgb[to + 2] = encoded[lightIndex(light[2])] ?? 0;
    }
  };
}

function cube(f: number): number {
  return f > 6 / 29 ? f ** 3 : (f - 4 / 29) * 3 * (6 / 29) ** 2;
}
