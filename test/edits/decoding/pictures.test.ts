import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { edit, GOOD_PICTURE, goodForm, postEdit } from '../../support/edit-form.js';
import { expectError } from '../../support/expect-error.js';
import { goldenBytes } from '../../support/goldens.js';
import { gradient, pngBomb } from '../../support/pictures.js';
import { TestServer } from '../../support/server.js';

describe('input pictures', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(async () => {
    expect((await edit(server.url, goodForm())).data).toHaveLength(1);
    expect((await server.stop()).leftovers).toEqual([]);
  });

  const files: Record<string, () => Promise<Buffer> | Buffer> = {
    'an empty file': () => Buffer.alloc(0),
    text: () => Buffer.from('Dear service, please edit this.'),
    HTML: () => Buffer.from('<!doctype html><html><body>404</body></html>'),
    'an SVG': () =>
      Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64"/></svg>',
      ),
    'a PDF': () => Buffer.from('%PDF-1.4\n%âãÏÓ\n1 0 obj\n<<>>\nendobj\n'),
    zeros: () => Buffer.alloc(10_000),
    'a PNG signature alone': () => GOOD_PICTURE.subarray(0, 8),
    'half a PNG': () => GOOD_PICTURE.subarray(0, GOOD_PICTURE.length >> 1),
    'a PNG without its last bytes': () => GOOD_PICTURE.subarray(0, GOOD_PICTURE.length - 40),
    'half a JPEG': () => half(gradient(200, 200).jpeg().toBuffer()),
    'half a WebP': () => half(gradient(200, 200).webp().toBuffer()),
    'half a GIF': () => half(gradient(200, 200).gif().toBuffer()),
    'half a TIFF': () => half(gradient(200, 200).tiff().toBuffer()),
    'half an AVIF': () => half(gradient(200, 200).avif({ effort: 0 }).toBuffer()),
    '20,000 × 20,000 pixels': () => pngBomb(20_000, 20_000),
    'a very wide picture': () => gradient(700, 64).png().toBuffer(),
    'a very tall picture': () => gradient(64, 700).png().toBuffer(),
  };
  const half = async (bytes: Promise<Buffer>): Promise<Buffer> => (await bytes).subarray(0, (await bytes).length >> 1);

  test.each(Object.entries(files))('%s is refused', async (_name, make) => {
    const images = [GOOD_PICTURE, await make()];
    await expectError(await postEdit(server.url, goodForm({ images })), {
      status: 400,
      code: 'INVALID_INPUT',
      message: /^Invalid image format at index 1: /,
      param: 'images',
    });
  });

  const good: Record<string, () => Promise<Buffer>> = {
    JPEG: () => gradient(90, 60).jpeg().toBuffer(),
    WebP: () => gradient(90, 60).webp().toBuffer(),
    AVIF: () => gradient(90, 60).avif({ effort: 0 }).toBuffer(),
    GIF: () => gradient(90, 60).gif().toBuffer(),
    TIFF: () => gradient(90, 60).tiff().toBuffer(),
    '1×1': () => gradient(1, 1).png().toBuffer(),
    '16-bit PNG': () => gradient(90, 60).toColourspace('rgb16').png().toBuffer(),
    'grey JPEG': () => gradient(90, 60).greyscale().jpeg().toBuffer(),
    'CMYK JPEG': () => gradient(90, 60).toColourspace('cmyk').jpeg().toBuffer(),
    'palette PNG': () => gradient(90, 60).png({ palette: true, colours: 16 }).toBuffer(),
    'PNG with alpha': () => gradient(90, 60, 4).png().toBuffer(),
    'animated GIF': async () => {
      const frames = await Promise.all(
        [64, 128, 255].map((alpha) =>
          gradient(64, 64)
            .ensureAlpha(alpha / 255)
            .png()
            .toBuffer(),
        ),
      );
      return sharp(frames, { join: { animated: true } })
        .gif({ delay: [50, 50, 50] })
        .toBuffer();
    },
  };

  test.each(Object.entries(good))('%s is served, whatever its name says', async (_name, make) => {
    const body = await edit(server.url, goodForm({ images: await make() }));
    const { width, height } = await sharp(Buffer.from(body.data[0]?.b64_json ?? '', 'base64')).metadata();
    expect([width, height]).toEqual([64, 64]);
  });

  describe('files as people have them', () => {
    /** The first result's bytes. */
    const resultOf = async (images: Uint8Array): Promise<string> =>
      (await edit(server.url, goodForm({ images }))).data[0]?.b64_json ?? 'none';
    const plainPng = (data: Uint8Array, channels: 1 | 3): Promise<Buffer> =>
      sharp(data, { raw: { width: 240, height: 160, channels } })
        .png()
        .toBuffer();
    const samplesOf = (file: string, start: number, bytes: number): Buffer =>
      Buffer.from(goldenBytes(`cases/${file}`).subarray(start, start + 240 * 160 * bytes));

    test.each(['no-end-marker.jpg', 'animated.avif', 'lab.tif', 'uint32-grey.tif'])('%s is served', async (file) => {
      expect(await resultOf(goldenBytes(`cases/${file}`))).not.toBe('none');
    });

    test('a profile counts by what it says, not by its name', async () => {
      const results = await Promise.all(
        ['linear-profile.png', 'linear-profile-other-name.png'].map((file) => resultOf(goldenBytes(`cases/${file}`))),
      );
      expect(results[0]).toBe(results[1]);
      const ignored = await sharp(goldenBytes('cases/linear-profile.png'), { ignoreIcc: true }).png().toBuffer();
      expect(await resultOf(ignored)).not.toBe(results[0]);
    });

    test('an unspecified fourth sample counts for nothing', async () => {
      const samples = samplesOf('unspecified-fourth-sample.tif', 288, 4);
      const rgb = samples.filter((_, index) => index % 4 !== 3);
      expect(await resultOf(goldenBytes('cases/unspecified-fourth-sample.tif'))).toBe(
        await resultOf(await plainPng(rgb, 3)),
      );
    });

    test('float samples go from 0 to 1', async () => {
      const samples = samplesOf('float-grey.tif', 272, 4);
      const grey = Uint8Array.from({ length: 240 * 160 }, (_, index) =>
        Math.round(samples.readFloatLE(index * 4) * 255),
      );
      expect(await resultOf(goldenBytes('cases/float-grey.tif'))).toBe(await resultOf(await plainPng(grey, 1)));
    });

    test('HEIC is told by its name, and what to do', async () => {
      await expectError(await postEdit(server.url, goodForm({ images: goldenBytes('colours/picture.heic') })), {
        status: 400,
        code: 'INVALID_INPUT',
        message: /^Invalid image format at index 0: the file is a HEIC picture, .*; convert it to JPEG or PNG/,
        param: 'images',
      });
    });
  });

  test('the EXIF orientation is applied', async () => {
    const upright = await edit(
      server.url,
      goodForm({ images: await gradient(128, 64).jpeg().toBuffer(), size: 'auto' }),
    );
    const turned = await gradient(128, 64).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const [width, height] = upright.size.split('x');
    expect(Number(width)).toBeGreaterThan(Number(height));
    expect((await edit(server.url, goodForm({ images: turned, size: 'auto' }))).size).toBe(`${height}x${width}`);
  });
});
