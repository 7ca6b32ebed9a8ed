import type { ProfileColours } from './icc-profile.js';
import { encodeSrgb, toLinearSrgb } from './srgb.js';
import type { ToneCurve } from './tone-curve.js';

/** The largest 16-bit sample. */
const MOST = 65535;

/**
 * Writes the 8-bit sRGB of pixels.
 * @param words 16-bit samples, [pixels, channels], of which the first ones are the colour
 * @param rgb [pixels, 3]
 */
export type SrgbConverter = (words: Uint16Array, channels: number, rgb: Uint8Array) => void;

/**
 * How samples of a profile become sRGB: by its curves and matrix to linear light under D50, from there to sRGB's, whatever lies
 * beyond it cut off. No profile: they are sRGB.
 *
 * Source: ICC.1:2022, annex F; what littleCMS makes of such profiles, but for its interpolation.
 */
export function srgbConverter(
  profile: Exclude<ProfileColours, { readonly kind: 'tables' }> | undefined,
  colours: 1 | 3,
): SrgbConverter {
  if (profile === undefined) return colours === 1 ? greyConverter(roundedTable()) : roundingConverter(roundedTable());
  if (profile.kind === 'grey') return greyConverter(greyTable(profile.curve, profile.isLightness));
  return matrixConverter(profile.curves.map(lightTable), toLinearSrgb(profile.matrix));
}

/** 8-bit sRGB by linear light of 16 bits, of which even the darkest are a twentieth of a value apart. */
export function encodingTable(): Uint8Array {
  return Uint8Array.from({ length: MOST + 1 }, (_, light) => Math.round(encodeSrgb(light / MOST) * 255));
}

/** Where linear light of sRGB, 0–1, stands in that table; what lies beyond is cut off. */
export function lightIndex(light: number): number {
  return light <= 0 ? 0 : light >= 1 ? MOST : Math.round(light * MOST);
}

function roundedTable(): Uint8Array {
  return Uint8Array.from({ length: MOST + 1 }, (_, sample) => Math.round(sample / 257));
}

function roundingConverter(table: Uint8Array): SrgbConverter {
  return (words, channels, rgb) => {
    for (let from = 0, to = 0; to < rgb.length; from += channels, to += 3) {
      rgb[to] = table[words[from] ?? 0] ?? 0;
      rgb[to + 1] = table[words[from + 1] ?? 0] ?? 0;
      rgb[to + 2] = table[words[from + 2] ?? 0] ?? 0;
    }
  };
}

function greyConverter(table: Uint8Array): SrgbConverter {
  return (words, channels, rgb) => {
    for (let from = 0, to = 0; to < rgb.length; from += channels, to += 3) {
      const grey = table[words[from] ?? 0] ?? 0;
      rgb[to] = grey;
      rgb[to + 1] = grey;
      rgb[to + 2] = grey;
    }
  };
}

/** 8-bit grey of each sample of a grey profile, whose curve gives Y or, by its PCS, L*. */
function greyTable(curve: ToneCurve, isLightness: boolean): Uint8Array {
  const encoded = encodingTable();
  return Uint8Array.from({ length: MOST + 1 }, (_, sample) => {
    const value = curve(sample / MOST);
    return encoded[lightIndex(isLightness ? lightOf(value * 100) : value)] ?? 0;
  });
}

/** Y, 0–1, of L*. Source: CIE 15. */
function lightOf(lightness: number): number {
  const f = (lightness + 16) / 116;
  return lightness > 8 ? f ** 3 : (lightness * 27) / 24389;
}

function lightTable(curve: ToneCurve): Float32Array {
  return Float32Array.from({ length: MOST + 1 }, (_, sample) => curve(sample / MOST));
}

function matrixConverter(lights: readonly Float32Array[], matrix: readonly number[]): SrgbConverter {
  const [reds = new Float32Array(), greens = reds, blues = reds] = lights;
  const [rr = 0, rg = 0, rb = 0, gr = 0, gg = 0, gb = 0, br = 0, bg = 0, bb = 0] = matrix;
  const encoded = encodingTable();
  return (words, channels, rgb) => {
    for (let from = 0, to = 0; to < rgb.length; from += channels, to += 3) {
      const r = reds[words[from] ?? 0] ?? 0;
      const g = greens[words[from + 1] ?? 0] ?? 0;
      const b = blues[words[from + 2] ?? 0] ?? 0;
      rgb[to] = encoded[lightIndex(rr * r + rg * g + rb * b)] ?? 0;
      rgb[to + 1] = encoded[lightIndex(gr * r + gg * g + gb * b)] ?? 0;
      rgb[to + 2] = encoded[lightIndex(br * r + bg * g + bb * b)] ?? 0;
    }
  };
}
