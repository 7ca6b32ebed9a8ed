import type { ProfileColours } from './icc-profile.js';
import { encodeSrgb, toLinearSrgb } from './srgb.js';
import type { ToneCurve } from './tone-curve.js';

/** The largest 16-bit sample. */
const MOST = 65535;

/** Writes a pixel's 8-bit sRGB, from 16-bit samples of its colour, to `rgb` at `to`. Grey comes as the red sample. */
export type SrgbConverter = (rgb: Uint8Array, to: number, red: number, green: number, blue: number) => void;

/**
 * How samples of a profile become sRGB: by its curves and matrix to linear light under D50, from there to sRGB's, whatever lies
 * beyond it cut off. No profile: they are sRGB.
 *
 * Source: ICC.1:2022, annex F; what littleCMS makes of such profiles, but for its interpolation.
 */
export function srgbConverter(
  profile: Exclude<ProfileColours, { readonly kind: 'tables' }> | undefined,
  channels: 1 | 3,
): SrgbConverter {
  if (profile === undefined) return channels === 1 ? greyConverter(eighths()) : roundingConverter();
  if (profile.kind === 'grey') return greyConverter(greyTable(profile.curve, profile.isLightness));
  return matrixConverter(profile.curves.map(lightTable), toLinearSrgb(profile.matrix));
}

/** Linear light of sRGB, 0–1 (what lies beyond is cut off), as an 8-bit value. */
export function encodedLight(light: number): number {
  return encoded()[light <= 0 ? 0 : light >= 1 ? MOST : Math.round(light * MOST)] ?? 0;
}

function roundingConverter(): SrgbConverter {
  return (rgb, to, red, green, blue) => {
    rgb[to] = Math.round(red / 257);
    rgb[to + 1] = Math.round(green / 257);
    rgb[to + 2] = Math.round(blue / 257);
  };
}

function eighths(): Uint8Array {
  return Uint8Array.from({ length: MOST + 1 }, (_, sample) => Math.round(sample / 257));
}

function greyConverter(table: Uint8Array): SrgbConverter {
  return (rgb, to, grey) => {
    rgb.fill(table[grey] ?? 0, to, to + 3);
  };
}

/** 8-bit grey of each sample of a grey profile, whose curve gives Y or, by its PCS, L*. */
function greyTable(curve: ToneCurve, isLightness: boolean): Uint8Array {
  return Uint8Array.from({ length: MOST + 1 }, (_, sample) => {
    const value = curve(sample / MOST);
    return encodedLight(isLightness ? lightOf(value * 100) : value);
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
  return (rgb, to, red, green, blue) => {
    const [r, g, b] = [reds[red] ?? 0, greens[green] ?? 0, blues[blue] ?? 0];
    rgb[to] = encodedLight(rr * r + rg * g + rb * b);
    rgb[to + 1] = encodedLight(gr * r + gg * g + gb * b);
    rgb[to + 2] = encodedLight(br * r + bg * g + bb * b);
  };
}

let encodedTable: Uint8Array | undefined;

/** 8-bit sRGB by linear light of 16 bits, of which even the darkest are a twentieth of a value apart. */
function encoded(): Uint8Array {
  encodedTable ??= Uint8Array.from({ length: MOST + 1 }, (_, light) => Math.round(encodeSrgb(light / MOST) * 255));
  return encodedTable;
}
