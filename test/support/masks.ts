import sharp, { type Sharp } from 'sharp';
import { decodeImage } from '../../src/images/decode.js';
import type { RgbImage } from '../../src/images/rgb-image.js';

/** Whether a pixel may change. */
export type Shape = (x: number, y: number) => boolean;

/** Alpha of a mask: 0 where a pixel may change. */
export function alphaOf(width: number, height: number, shape: Shape): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, at) => (shape(at % width, Math.trunc(at / width)) ? 0 : 255));
}

/** A mask's file as an editor writes it: the colours don't count. */
export function maskOf(width: number, height: number, shape: Shape): Sharp {
  const alpha = alphaOf(width, height, shape);
  const data = Uint8Array.from({ length: 4 * width * height }, (_, at) =>
    at % 4 === 3 ? (alpha[at >> 2] ?? 0) : at % 251,
  );
  return sharp(data, { raw: { width, height, channels: 4 } });
}

/** An ellipse in the middle. */
export const ellipse =
  (width: number, height: number, share = 0.3): Shape =>
  (x, y) =>
    ((x - width / 2) / (share * width)) ** 2 + ((y - height / 2) / (share * height)) ** 2 < 1;

/** A picture as the service decodes it. */
export function decoded(file: Uint8Array): Promise<RgbImage> {
  return decodeImage(file, { maxPixels: 64e6, maxAspect: 100 });
}

/** How many pixels differ by anything outside a shape, and inside of it. */
export function differences(one: RgbImage, other: RgbImage, shape: Shape): { outside: number; inside: number } {
  if (one.width !== other.width || one.height !== other.height) return { outside: NaN, inside: NaN };
  let [outside, inside] = [0, 0];
  for (let pixel = 0; pixel < one.width * one.height; pixel += 1) {
    const differs = [0, 1, 2].some((channel) => one.data[3 * pixel + channel] !== other.data[3 * pixel + channel]);
    if (!differs) continue;
    if (shape(pixel % one.width, Math.trunc(pixel / one.width))) inside += 1;
    else outside += 1;
  }
  return { outside, inside };
}
