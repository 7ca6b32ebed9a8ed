import { describe, expect, test } from '@jest/globals';
import { conditionSize } from '../../src/images/condition-size.js';
import { resizeLanczos, resizeLanczosPlanes } from '../../src/images/pil-resize.js';
import { roundHalfToEven } from '../../src/images/round-half-to-even.js';
import { smartResize } from '../../src/images/smart-resize.js';
import { resizeBicubicAntialiased } from '../../src/images/torchvision-resize.js';
import { list, number, object, pair, text } from '../support/json-shape.js';
import { floats, goldenJson, maxDifference, sha256, syntheticPixels } from '../support/goldens.js';

const RESIZES = list(object({ from: pair, to: pair, lanczos: text, bicubic: text, planes: text }));
const SIZES = object({
  condition: list(object({ area: number, from: pair, to: pair })),
  smart: list(object({ from: pair, factor: number, min: number, max: number, to: pair })),
});

describe.each(goldenJson('resizes.json', RESIZES))('$from to $to', ({ from, to, ...expected }) => {
  const image = syntheticPixels(...from);
  const [width, height] = to;

  test('Lanczos is Pillow’s to the bit', () => {
    const resized = resizeLanczos(image, width, height);
    expect([resized.width, resized.height]).toEqual(to);
    expect(sha256(resized.data)).toBe(expected.lanczos);
  });

  test('antialiased bicubic is torchvision’s to the bit', () => {
    const resized = resizeBicubicAntialiased(image, width, height);
    expect([resized.width, resized.height]).toEqual(to);
    expect(sha256(resized.data)).toBe(expected.bicubic);
  });

  test('Lanczos of float planes is Pillow’s', () => {
    const area = image.width * image.height;
    const data = Float32Array.from(image.data, (_, index) => {
      const [plane, pixel] = [Math.floor(index / area), index % area];
      return Math.fround(image.data[pixel * 3 + plane] ?? 0) / 255;
    });
    const resized = resizeLanczosPlanes({ channels: 3, width: image.width, height: image.height, data }, width, height);
    const stride = Math.max(1, Math.floor((width * height) / 200));
    const sampled = resized.data.filter((_, index) => index % stride === 0);
    expect(maxDifference(sampled, floats(expected.planes))).toBeLessThan(1e-7);
  });
});

test('a resize to the same size is a copy', () => {
  const image = syntheticPixels(5, 4);
  for (const resized of [resizeLanczos(image, 5, 4), resizeBicubicAntialiased(image, 5, 4)]) {
    expect(resized.data).toEqual(image.data);
    expect(resized.data).not.toBe(image.data);
  }
});

describe('sizes', () => {
  const { condition, smart } = goldenJson('sizes.json', SIZES);

  test.each(condition)('condition of $from in $area pixels', ({ area, from: [width, height], to }) => {
    const size = conditionSize(area, { width, height });
    // Python rounds a slim side down to nothing, with which no pipeline could work.
    expect([size.width, size.height]).toEqual(to.map((side) => Math.max(side, 32)));
  });

  test.each(smart)('vision tower’s of $from, factor $factor', ({ from: [width, height], factor, min, max, to }) => {
    const size = smartResize({ width, height }, factor, min, max);
    expect([size.width, size.height]).toEqual(to);
  });

  test('halves round to the even neighbour', () => {
    expect([0.5, 1.5, 2.5, 2.4999, 2.5001, -1.5, 7].map(roundHalfToEven)).toEqual([0, 2, 2, 2, 3, -2, 7]);
  });
});
