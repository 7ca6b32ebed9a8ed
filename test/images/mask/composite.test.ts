import { expect, test } from '@jest/globals';
import { compositePixels, compositePlanes } from '../../../src/images/mask/composite.js';

const [WIDTH, HEIGHT] = [256, 3];
const AREA = WIDTH * HEIGHT;
const original = {
  width: WIDTH,
  height: HEIGHT,
  data: Uint8Array.from({ length: 3 * AREA }, (_, at) => (at * 7) % 256),
};
/** Every weight, in each row. */
const weights = { width: WIDTH, height: HEIGHT, data: Uint8Array.from({ length: AREA }, (_, at) => at % 256) };
const edited = Uint8Array.from({ length: 3 * AREA }, (_, at) => (at * 13 + 5) % 256);

test('pixels: the original to the bit where nothing may change, the edit where all may, a blend between', () => {
  const result = compositePixels(edited, { original, weights });
  for (let at = 0; at < 3 * AREA; at += 1) {
    const weight = Math.trunc(at / 3) % 256;
    const [value = NaN, from = NaN, to = NaN] = [result[at], original.data[at], edited[at]];
    if (weight === 0) expect(value).toBe(from);
    if (weight === 255) expect(value).toBe(to);
    expect(Math.abs(value - (from + ((to - from) * weight) / 255))).toBeLessThanOrEqual(0.5);
  }
});

test('planes: the same, with the levels that a tensor of the original has', () => {
  const planes = Float32Array.from(
    { length: 3 * AREA },
    (_, at) => (edited[(at % AREA) * 3 + Math.trunc(at / AREA)] ?? 0) / 255,
  );
  const result = compositePlanes(planes, { original, weights });
  const pixels = compositePixels(edited, { original, weights });
  for (let at = 0; at < 3 * AREA; at += 1) {
    const pixel = at % AREA;
    const place = pixel * 3 + Math.trunc(at / AREA);
    if (pixel % 256 === 0) expect(result[at]).toBe(Math.fround((original.data[place] ?? 0) / 255));
    if (pixel % 256 === 255) expect(result[at]).toBe(planes[at]);
    expect(Math.abs((result[at] ?? NaN) * 255 - (pixels[place] ?? NaN))).toBeLessThanOrEqual(0.51);
  }
});
