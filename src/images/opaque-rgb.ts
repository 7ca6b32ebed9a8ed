import { setImmediate } from 'node:timers/promises';

/** Pixels converted before others get their turn on the thread: about a millisecond's work. */
const PIXELS_A_TURN = 2 ** 17;

/**
 * Colour, or grey three times, laid on white where it is transparent. Rounded to the nearest as Pillow does it; libvips'
 * own `flatten` rounds down.
 * @param data [pixels, channels]: grey or RGB, with alpha as a last channel when `channels` is even
 * @returns [pixels, 3]
 */
export async function toOpaqueRgb(data: Uint8Array, channels: number): Promise<Uint8Array> {
  const pixels = data.length / channels;
  const rgb = new Uint8Array(pixels * 3);
  for (let first = 0; first < pixels; first += PIXELS_A_TURN) {
    convert(data, channels, rgb, first, Math.min(pixels, first + PIXELS_A_TURN));
    await setImmediate();
  }
  return rgb;
}

function convert(data: Uint8Array, channels: number, rgb: Uint8Array, first: number, end: number): void {
  const isGrey = channels <= 2;
  const hasAlpha = channels % 2 === 0;
  for (let pixel = first; pixel < end; pixel += 1) {
    const from = pixel * channels;
    const alpha = hasAlpha ? (data[from + channels - 1] ?? 0) : 255;
    for (let colour = 0; colour < 3; colour += 1) {
      const value = data[isGrey ? from : from + colour] ?? 0;
      rgb[pixel * 3 + colour] = alpha === 255 ? value : Math.round((value * alpha + 255 * (255 - alpha)) / 255);
    }
  }
}
