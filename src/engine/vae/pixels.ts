import type { RgbImage } from '../../images/rgb-image.js';
import { roundHalfToEven } from '../../images/round-half-to-even.js';

/**
 * 8-bit pixels as the VAE takes them, with float32 roundings as in diffusers' VaeImageProcessor: x/255, then 2x − 1.
 * @returns float32 [3, height, width] in ±1
 */
export function toVaeInput({ data, width, height }: RgbImage): Float32Array {
  const values = Float32Array.from({ length: 256 }, (_, level) => 2 * Math.fround(level / 255) - 1);
  const area = width * height;
  const planes = new Float32Array(3 * area);
  for (let pixel = 0; pixel < area; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      planes[channel * area + pixel] = values[data[pixel * 3 + channel] ?? 0] ?? 0;
    }
  }
  return planes;
}

/** The VAE's output as values in 0–1, cut off there (the decoder's clamp to ±1, then VaeImageProcessor.denormalize). Shape stays [3, height, width]. */
export function toUnitRange(planes: Float32Array): Float32Array {
  return planes.map((value) => Math.min(1, Math.max(0, Math.fround(value * 0.5) + 0.5)));
}

/** Values in 0–1, [3, height, width], as 8-bit pixels: ×255, halves to even as numpy rounds. */
export function toRgbImage(planes: Float32Array, width: number, height: number): RgbImage {
  const area = width * height;
  const data = new Uint8Array(3 * area);
  for (let pixel = 0; pixel < area; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      data[pixel * 3 + channel] = roundHalfToEven(Math.fround((planes[channel * area + pixel] ?? 0) * 255));
    }
  }
  return { width, height, data };
}
