import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RgbImage } from '../../src/images/rgb-image.js';
import type { Shape } from './json-shape.js';

const FOLDER = new URL('../goldens/', import.meta.url);

export function goldenBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, FOLDER)));
}

/** A file's JSON, which must be of that shape. */
export function goldenJson<T>(name: string, shape: Shape<T>): T {
  return shape(JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')), name);
}

/** Little-endian float32 from base64. */
export function floats(base64: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer);
}

export function sha256(values: Uint8Array | Float32Array | string): string {
  const bytes =
    typeof values === 'string' ? values : new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return createHash('sha256').update(bytes).digest('hex');
}

/** The largest difference; infinite where lengths differ or a value is not a number. */
export function maxDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let most = 0;
  for (let index = 0; index < expected.length; index++) {
    const difference = Math.abs((actual[index] ?? NaN) - (expected[index] ?? NaN));
    most = Number.isNaN(difference) ? Infinity : Math.max(most, difference);
  }
  return most;
}

/** The pixels that synthetic_pixels in test/reference/goldens/make_goldens.py makes: smooth parts, edges and noise. */
export function syntheticPixels(width: number, height: number): RgbImage {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => {
    const pixel = Math.floor(index / 3);
    const edge = (Math.floor((pixel % width) / 5) + Math.floor(Math.floor(pixel / width) / 7)) % 2 === 0 ? 255 : 0;
    const noise = Math.floor((index * index * 31 + index * 17) / 8) % 256;
    return Math.floor(index / 64) % 3 === 0 ? edge : noise;
  });
  return { width, height, data };
}
