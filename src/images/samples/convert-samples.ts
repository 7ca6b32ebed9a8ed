import type { SrgbConverter } from '../icc/srgb-converter.js';
import { colourCount, type SampleLayout } from './sample-layout.js';
import type { SampleReader } from './sample-types.js';

/** The largest 16-bit sample. */
const MOST = 65535;

/**
 * Converts pixels' samples to 8-bit sRGB on white.
 * @param read the samples, [pixels, layout.channels]
 * @param rgb where they go: [pixels, 3]
 */
export function convertSamples(
  read: SampleReader,
  layout: SampleLayout,
  convert: SrgbConverter,
  rgb: Uint8Array,
): void {
  const { channels, alpha } = layout;
  const isGrey = colourCount(layout.colours) === 1;
  const isInverted = layout.colours === 'inverted-grey';
  const isMultiplied = alpha?.associated === true;
  for (let from = 0, to = 0; to < rgb.length; from += channels, to += 3) {
    const opacity = alpha === undefined ? MOST : read(from + alpha.index);
    const colour = (index: number): number => {
      const sample = isMultiplied ? divided(read(from + index), opacity) : read(from + index);
      return isInverted ? MOST - sample : sample;
    };
    const first = colour(0);
    convert(rgb, to, first, isGrey ? first : colour(1), isGrey ? first : colour(2));
    if (opacity < MOST) layOnWhite(rgb, to, opacity);
  }
}

/** A sample without the alpha that it was multiplied by. */
function divided(sample: number, opacity: number): number {
  return opacity === 0 ? 0 : Math.min(Math.round((sample * MOST) / opacity), MOST);
}

function layOnWhite(rgb: Uint8Array, to: number, opacity: number): void {
  for (let index = to; index < to + 3; index += 1) {
    rgb[index] = Math.round(((rgb[index] ?? 0) * opacity + 255 * (MOST - opacity)) / MOST);
  }
}
