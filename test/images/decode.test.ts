import { describe, expect, test } from '@jest/globals';
import { decodeImage } from '../../src/images/decode.js';
import { ImageDecodeError } from '../../src/images/image-decode-error.js';
import { list, number, object, optional, text } from '../support/json-shape.js';
import { goldenBytes, goldenJson, maxDifference, sha256 } from '../support/goldens.js';

const CASES = list(
  object({
    file: text,
    width: number,
    height: number,
    tolerance: number,
    sha256: optional(text),
    /** Every fifth pixel of every fifth row. */
    samples: optional(list(number)),
  }),
);

const LIMITS = { maxPixels: 64_000_000, maxAspect: 10 };
const cases = goldenJson('pictures.json', CASES);

async function failure(bytes: Uint8Array, limits = LIMITS): Promise<string> {
  try {
    await decodeImage(bytes, limits);
  } catch (error) {
    expect(error).toBeInstanceOf(ImageDecodeError);
    return (error as Error).message;
  }
  return 'decoded';
}

/** The width and height that a PNG's header claims. */
function pngOfSize(width: number, height: number): Uint8Array {
  const bytes = goldenBytes('pictures/rgb.png');
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  const crcTable = Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });
  let crc = 0xffffffff;
  for (const byte of bytes.subarray(12, 29)) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 0xff] ?? 0);
  view.setUint32(29, ~crc >>> 0);
  return bytes;
}

describe('decodeImage', () => {
  test.each(cases)('$file', async ({ file, width, height, tolerance, ...expected }) => {
    const image = await decodeImage(goldenBytes(`pictures/${file}`), LIMITS);
    expect([image.width, image.height]).toEqual([width, height]);
    expect(image.data).toHaveLength(width * height * 3);
    expect(Object.getPrototypeOf(image.data)).toBe(Uint8Array.prototype);
    if (expected.sha256 !== undefined) {
      expect(sha256(image.data)).toBe(expected.sha256);
      return;
    }
    const sampled = image.data.filter((_, index) => {
      const pixel = Math.floor(index / 3);
      return (pixel % width) % 5 === 0 && Math.floor(pixel / width) % 5 === 0;
    });
    expect(maxDifference(sampled, expected.samples ?? [])).toBeLessThanOrEqual(tolerance);
  });

  // An animation's first frame may be whole where the file isn't.
  const stills = cases.filter(({ file }) => !/animated|pages/.test(file));

  test.each(stills)('$file cut short is refused, wherever', async ({ file }) => {
    const bytes = goldenBytes(`pictures/${file}`);
    // PNG and GIF end in a mark of 12 and 1 bytes behind the last pixel.
    for (const part of [0.02, 0.2, 0.4, 0.6, 0.8, 0.9]) {
      const message = await failure(bytes.slice(0, Math.ceil((bytes.length - 16) * part)));
      expect(message).toMatch(/^the (file is not a PNG|(PNG|JPEG|WebP|AVIF|GIF|TIFF) file is damaged or incomplete)/);
    }
  });

  test.each([
    ['an empty file', '', 'the file is empty'],
    ['text', 'hello', 'the file is not a PNG, JPEG, WebP, AVIF, GIF or TIFF picture'],
    [
      'SVG',
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
      'the file is an SVG drawing, which is not supported; convert it to PNG or JPEG',
    ],
    ['PDF', '%PDF-1.4\n', 'the file is a PDF document, which is not supported; convert it to PNG or JPEG'],
    ['a signature alone', 'GIF89a', 'the GIF file is damaged or incomplete'],
    [
      'SVG behind a signature',
      'GIF89a<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
      'GIF file is damaged',
    ],
  ])('refuses %s', async (_, content, message) => {
    expect(await failure(new TextEncoder().encode(content))).toContain(message);
  });

  test('refuses too many pixels before it decodes any', async () => {
    // The header claims 1.2 GB of pixels that aren't there.
    expect(await failure(pngOfSize(20_000, 20_000))).toBe(
      'the picture has 20000x20000 pixels, more than the limit of 64000000 (MAX_IMAGE_MEGAPIXELS)',
    );
    expect(await failure(goldenBytes('pictures/rgb.png'), { maxPixels: 29 * 23 - 1, maxAspect: 10 })).toContain(
      'more than the limit of 666',
    );
    expect(await failure(goldenBytes('pictures/rgb.png'), { maxPixels: 29 * 23, maxAspect: 10 })).toBe('decoded');
  });

  test('refuses slim pictures', async () => {
    expect(await failure(pngOfSize(300, 29))).toBe(
      "the picture's sides are 300x29, one more than 10 times as long as the other (MAX_IMAGE_ASPECT)",
    );
    expect(await failure(pngOfSize(29, 300))).toContain('29x300');
    expect(await failure(pngOfSize(300, 30))).toBe('the PNG file is damaged or incomplete');
  });
});
