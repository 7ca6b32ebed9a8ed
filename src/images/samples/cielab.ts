import { encodedLight, type SrgbConverter } from '../icc/srgb-converter.js';
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
  return (rgb, to, lightness, a, b) => {
    const y = (lightness * encoding.lightness + 16) / 116;
    const light = linearSrgbOf(
      WHITE_X * cube(y + encoding.toChroma(a) / 500),
      cube(y),
      WHITE_Z * cube(y - encoding.toChroma(b) / 200),
    );
    rgb[to] = encodedLight(light[0]);
    rgb[to + 1] = encodedLight(light[1]);
    rgb[to + 2] = encodedLight(light[2]);
  };
}

function cube(f: number): number {
  return f > 6 / 29 ? f ** 3 : (f - 4 / 29) * 3 * (6 / 29) ** 2;
}
