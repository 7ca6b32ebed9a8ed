import { describe, expect, test } from '@jest/globals';
import { decodeImage } from '../../src/images/decode.js';
import { encodeImage, type OutputFormat } from '../../src/images/encode.js';
import { detectFormat } from '../../src/images/image-format.js';
import { goldenBytes, maxDifference, syntheticPixels } from '../support/goldens.js';

const LIMITS = { maxPixels: 64_000_000, maxAspect: 10 };

describe('encodeImage', () => {
  test('PNG loses nothing', async () => {
    const image = syntheticPixels(61, 47);
    const decoded = await decodeImage(await encodeImage(image, 'png', 0), LIMITS);
    expect(decoded).toEqual(image);
  });

  test.each<OutputFormat>(['jpeg', 'webp'])('%s keeps the format and obeys the quality', async (format) => {
    const image = await decodeImage(goldenBytes('pictures/rgb.png'), LIMITS);
    const sizes: number[] = [];
    const errors: number[] = [];
    for (const quality of [0, 1, 50, 100]) {
      const bytes = await encodeImage(image, format, quality);
      expect(detectFormat(bytes)).toBe(format);
      const decoded = await decodeImage(bytes, LIMITS);
      sizes.push(bytes.length);
      errors.push(maxDifference(decoded.data, image.data));
    }
    expect(sizes[0]).toBe(sizes[1]);
    expect(sizes[2]).toBeGreaterThan(sizes[1] ?? 0);
    expect(sizes[3]).toBeGreaterThan(sizes[2] ?? 0);
    expect(errors[3]).toBeLessThan(errors[0] ?? 0);
  });
});
