import type { SrgbConverter } from '../icc/srgb-converter.js';
import { colourCount, type SampleLayout } from './sample-layout.js';

/** The largest 16-bit sample. */
const MOST = 65535;

/**
 * Converts pixels' samples to 8-bit sRGB on white.
 * @param words 16-bit samples, [pixels, layout.channels], which are spent
 * @param rgb where they go: [pixels, 3]
 */
export function convertSamples(
  words: Uint16Array,
  layout: SampleLayout,
  convert: SrgbConverter,
  rgb: Uint8Array,
): void {
  const { channels, alpha, colours } = layout;
  if (alpha?.associated === true) divide(words, channels, colourCount(colours), alpha.index);
  if (colours === 'inverted-grey') invert(words, channels);
  convert(words, channels, rgb);
  if (alpha !== undefined) layOnWhite(rgb, words, channels, alpha.index);
}

/** Colours without the alpha that they were multiplied by. */
function divide(words: Uint16Array, channels: number, colours: number, alpha: number): void {
  for (let from = 0; from < words.length; from += channels) {
    const opacity = words[from + alpha] ?? 0;
    if (opacity === 0 || opacity === MOST) continue;
    for (let index = from; index < from + colours; index += 1) {
      words[index] = Math.min(Math.round(((words[index] ?? 0) * MOST) / opacity), MOST);
    }
  }
}

function invert(words: Uint16Array, channels: number): void {
  for (let from = 0; from < words.length; from += channels) words[from] = MOST - (words[from] ?? 0);
}

function layOnWhite(rgb: Uint8Array, words: Uint16Array, channels: number, alpha: number): void {
  for (let from = alpha, to = 0; to < rgb.length; from += channels, to += 3) {
    const opacity = words[from] ?? 0;
    if (opacity === MOST) continue;
    for (let index = to; index < to + 3; index += 1) {
      rgb[index] = Math.round(((rgb[index] ?? 0) * opacity + 255 * (MOST - opacity)) / MOST);
    }
  }
}
