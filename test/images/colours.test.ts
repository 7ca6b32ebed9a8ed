import { describe, expect, test } from '@jest/globals';
import { decodeImage } from '../../src/images/decode.js';
import { ImageDecodeError } from '../../src/images/image-decode-error.js';
import type { RgbImage } from '../../src/images/rgb-image.js';
import { goldenBytes, goldenJson, maxDifference, sha256 } from '../support/goldens.js';
import { list, number, object, optional, text } from '../support/json-shape.js';

const COLOURS = object({
  pictures: list(
    object({
      file: text,
      width: number,
      height: number,
      tolerance: number,
      sha256: optional(text),
      /** Base64 of [height, width, 3]. */
      pixels: optional(text),
    }),
  ),
  refusals: list(object({ file: text, words: text })),
});

const LIMITS = { maxPixels: 64_000_000, maxAspect: 10 };
const { pictures, refusals } = goldenJson('colours.json', COLOURS);

function decoded(file: string): Promise<RgbImage> {
  return decodeImage(goldenBytes(`colours/${file}`), LIMITS);
}

async function failure(bytes: Uint8Array): Promise<string> {
  const error: unknown = await decodeImage(bytes, LIMITS).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ImageDecodeError);
  return (error as Error).message;
}

describe('the colours of', () => {
  test.each(pictures)('$file', async ({ file, width, height, tolerance, ...expected }) => {
    const image = await decoded(file);
    expect([image.width, image.height]).toEqual([width, height]);
    if (expected.sha256 !== undefined) expect(sha256(image.data)).toBe(expected.sha256);
    else expect(maxDifference(image.data, Buffer.from(expected.pixels ?? '', 'base64'))).toBeLessThanOrEqual(tolerance);
  });
});

describe('a refusal names what the file is', () => {
  test.each(refusals)('$file: $words', async ({ file, words }) => {
    expect(await failure(goldenBytes(`colours/${file}`))).toContain(words);
  });
});

describe('a TIFF file that ends too early', () => {
  test.each(['float32-rgb.tif', 'float64-rgb.tif', 'uint32-rgb.tif', 'lab-16.tif', 'unspecified.tif'])(
    '%s is damaged, wherever it ends',
    async (file) => {
      const bytes = goldenBytes(`colours/${file}`);
      // Its directory stands first, then what the directory's entries point to, then the samples.
      for (const length of [8, 100, 150, 180, 200, 220, 300, bytes.length >> 1, bytes.length - 1]) {
        expect(await failure(bytes.slice(0, length))).toBe('the TIFF file is damaged or incomplete');
      }
    },
  );
});

describe('a JPEG without its end', () => {
  const WHOLE = ['444', '420', 'restarts', 'progressive'];

  // 'no-end-…' lacks the end marker alone. Whatever else is missing must not pass for a picture, unless it tells nothing.
  test.each(WHOLE)('is refused once more of it is missing: %s', async (name) => {
    const bytes = goldenBytes(`colours/no-end-${name}.jpg`);
    const whole = await decodeImage(bytes, LIMITS);
    let refused = 0;
    const cuts = [...Array.from({ length: 40 }, (_, index) => index + 1), 60, 100, 200, bytes.length >> 1];
    for (const cut of cuts) {
      for (const end of [0, 300]) {
        const result = await decodeImage(Buffer.concat([bytes.subarray(0, -cut), Buffer.alloc(end)]), LIMITS).catch(
          (error: unknown) => error,
        );
        if (result instanceof ImageDecodeError) {
          expect(result.message).toBe('the JPEG file is damaged or incomplete');
          refused += 1;
        } else expect(sha256((result as RgbImage).data)).toBe(sha256(whole.data));
      }
    }
    expect(refused).toBeGreaterThanOrEqual(2 * cuts.length - 4);
  });

  test.each(WHOLE)('is served with half of the end marker: %s', async (name) => {
    const bytes = goldenBytes(`colours/no-end-${name}.jpg`);
    const whole = await decodeImage(bytes, LIMITS);
    const half = await decodeImage(Buffer.concat([bytes, Buffer.of(0xff)]), LIMITS);
    expect(sha256(half.data)).toBe(sha256(whole.data));
  });

  test('is refused where a progressive one ends with an earlier scan', async () => {
    const bytes = goldenBytes('colours/no-end-progressive.jpg');
    const scans = [...bytes.keys()].filter((at) => bytes[at] === 0xff && bytes[at + 1] === 0xda);
    expect(scans.length).toBeGreaterThan(5);
    for (const start of scans) {
      // A scan's Huffman tables stand between its header and the scan before it.
      const tables = bytes.lastIndexOf(0xc4, start) - 1;
      for (const end of [start, tables]) {
        expect(await failure(bytes.slice(0, end))).toBe('the JPEG file is damaged or incomplete');
      }
    }
  });
});

describe('the limits hold before pixels are decoded', () => {
  const beyond = { maxPixels: 24 * 16 - 1, maxAspect: 10 };
  const files = pictures.filter(({ file }) => /^(float|uint|lab|icclab|p3-16|deep|animated|no-end)/.test(file));

  test.each(files)('$file', async ({ file, width, height }) => {
    const bytes = goldenBytes(`colours/${file}`);
    const told: number[] = [];
    const beforePixels = (pixels: number): void => void told.push(pixels);
    await decodeImage(bytes, { maxPixels: width * height, maxAspect: 10, beforePixels });
    expect(told).toEqual([width * height]);
    told.length = 0;
    await expect(decodeImage(bytes, { ...beyond, maxPixels: width * height - 1, beforePixels })).rejects.toThrow(
      `more than the limit of ${width * height - 1} (MAX_IMAGE_MEGAPIXELS)`,
    );
    expect(told).toEqual([]);
  });
});
