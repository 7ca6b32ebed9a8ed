import { setImmediate } from 'node:timers/promises';

/** Pixels converted before others get their turn on the thread: about a millisecond's work. */
const PIXELS_A_TURN = 2 ** 17;

/**
 * Colours laid on white where they are transparent. Rounded to the nearest as Pillow does it; libvips' own `flatten` rounds
 * down.
 * @param data [pixels, channels]: RGB, and what else a pixel has
 * @param alpha the channel of transparency; undefined where there is none
 * @returns [pixels, 3]
 */
export async function toOpaqueRgb(data: Uint8Array, channels: number, alpha: number | undefined): Promise<Uint8Array> {
  const pixels = data.length / channels;
  const rgb = new Uint8Array(pixels * 3);
  for (let first = 0; first < pixels; first += PIXELS_A_TURN) {
    convert(data, channels, alpha, rgb, first, Math.min(pixels, first + PIXELS_A_TURN));
    await setImmediate();
  }
  return rgb;
}

function convert(
  data: Uint8Array,
  channels: number,
  alpha: number | undefined,
  rgb: Uint8Array,
  first: number,
  end: number,
): void {
  for (let pixel = first; pixel < end; pixel += 1) {
    const from = pixel * channels;
    const opacity = alpha === undefined ? 255 : (data[from + alpha] ?? 0);
    for (let colour = 0; colour < 3; colour += 1) {
      const value = data[from + colour] ?? 0;
      rgb[pixel * 3 + colour] = opacity === 255 ? value : Math.round((value * opacity + 255 * (255 - opacity)) / 255);
    }
  }
}
