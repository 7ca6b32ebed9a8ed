import { readProfile } from './icc-profile.js';
import { encodeSrgb, toLinearSrgb } from './srgb.js';

/**
 * In values of 0–255, before rounding. sRGB profiles in use (of the ICC's colorants, littleCMS's, Argyll's; curves of 20 points
 * and more) stay within 1.9 of sRGB; what is furthest from being another space, sRGB's primaries with gamma 2.2, is off by 8.6.
 */
const TOLERANCE = 3;
/** Values of a channel at which a profile is tried, each with each of the other channels'. */
const STEPS = 9;

/**
 * Whether a profile is sRGB by what it says, not by its name: its curves and matrix move no colour by more than three values of
 * 255. Such pictures keep their pixels as they are: a conversion would change some by rounding.
 */
export function keepsSrgb(icc: Uint8Array): boolean {
  const profile = readProfile(icc);
  if (profile?.kind !== 'rgb') return false;
  const matrix = toLinearSrgb(profile.matrix);
  const isNear = (samples: readonly number[]): boolean => {
    const lights = samples.map((sample, channel) => profile.curves[channel]?.(sample) ?? 0);
    return samples.every((sample, row) => {
      const light = lights.reduce((sum, value, column) => sum + value * (matrix[row * 3 + column] ?? 0), 0);
      return Math.abs(encodeSrgb(clamped(light)) - sample) * 255 <= TOLERANCE;
    });
  };
  return greys().every(isNear) && lattice().every(isNear);
}

function greys(): number[][] {
  return Array.from({ length: 256 }, (_, value) => [value / 255, value / 255, value / 255]);
}

function lattice(): number[][] {
  const values = Array.from({ length: STEPS }, (_, index) => index / (STEPS - 1));
  return values.flatMap((red) => values.flatMap((green) => values.map((blue) => [red, green, blue])));
}

function clamped(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
