import { describe, test } from '@jest/globals';
import sharp from 'sharp';
import { type Fields, GOOD_PICTURE, goodForm, postEdit } from '../../support/edit-form.js';
import { dataUrl, goodJson, postJson } from '../../support/edit-json.js';
import { type ExpectedError, expectError } from '../../support/expect-error.js';
import { goldenBytes } from '../../support/goldens.js';
import { maskOf } from '../../support/masks.js';
import { filePart, postParts, textPart } from '../../support/multipart.js';
import { gradient, pngBomb } from '../../support/pictures.js';
import { sharedServer } from '../../support/shared-server.js';

const mask = (width = 64, height = 64): Promise<Buffer> =>
  maskOf(width, height, (x) => x < 30)
    .png()
    .toBuffer();
/** More than a megabyte. */
const large = (): Promise<Buffer> => {
  const data = Uint8Array.from({ length: 4 * 700 * 700 }, (_, at) => (at * 7919 * (at >> 3)) % 251);
  return sharp(data, { raw: { width: 700, height: 700, channels: 4 } })
    .png({ compressionLevel: 0 })
    .toBuffer();
};

describe('a mask that can’t be used is answered by name', () => {
  const service = sharedServer({ env: { MAX_FILE_MB: '1', MAX_FILES: '3', MAX_IMAGE_MEGAPIXELS: '1' } });

  const invalid = (message: string | RegExp, param = 'mask'): ExpectedError => ({
    status: 400,
    code: 'INVALID_INPUT',
    message,
    param,
  });
  const refused = async (changes: Fields, expected: ExpectedError): Promise<void> =>
    expectError(await postEdit(service.url, goodForm(changes)), expected);

  test.each<readonly [string, () => Promise<Uint8Array> | Uint8Array, RegExp]>([
    [
      'of another size',
      () => mask(65, 64),
      /^Invalid mask: it has 65x64 pixels, but the picture has 64x64; a mask must be as large as the first picture$/,
    ],
    [
      'without alpha',
      () => gradient(64, 64).png().toBuffer(),
      /^Invalid mask: the PNG has no alpha channel: make transparent \(alpha 0\) what may change, and leave the rest opaque$/,
    ],
    [
      'all opaque',
      () => gradient(64, 64).ensureAlpha(1).png().toBuffer(),
      /^Invalid mask: it is opaque everywhere, so that nothing may change: make transparent/,
    ],
    [
      'that is no PNG',
      () => gradient(64, 64, 4).webp().toBuffer(),
      /^Invalid mask: a mask must be a PNG, and the file is a picture in WebP; make transparent/,
    ],
    [
      'that is no picture',
      () => Buffer.from('a mask'),
      /^Invalid mask: a mask must be a PNG, and the file is not a PNG, JPEG/,
    ],
    [
      'that is damaged',
      async () => (await mask()).subarray(0, 300),
      /^Invalid mask: the PNG file is damaged or incomplete$/,
    ],
    ['that is empty', () => new Uint8Array(0), /^Invalid mask: the file is empty$/],
    [
      'of too many pixels',
      () => pngBomb(20_000, 20_000),
      /^Invalid mask: the picture has 20000x20000 pixels, more than the limit of 1000000 \(MAX_IMAGE_MEGAPIXELS\)$/,
    ],
  ])('%s', async (_name, make, message) => {
    const file = await make();
    await refused({ mask: file }, invalid(message));
    const json = goodJson({ mask: { image_url: dataUrl(file) } });
    await expectError(await postJson(service.url, json), invalid(message, 'mask.image_url'));
  });

  test('of the picture’s size before it was turned upright', async () => {
    const images = goldenBytes('pictures/orientation-6.jpg');
    const { width = 0, height = 0 } = await sharp(images).metadata();
    await refused(
      { images, mask: await mask(width, height) },
      invalid(
        `Invalid mask: it has ${width}x${height} pixels, but the picture has ${height}x${width}, turned upright by its EXIF orientation; a mask must be as large as the first picture`,
      ),
    );
  });

  test('for several images of other sizes', async () => {
    const images = [GOOD_PICTURE, await gradient(64, 63).png().toBuffer()];
    const message =
      'Invalid mask: it has 64x64 pixels, but the picture at index 1 has 64x63; one mask for several images must be as large as each of them, so send a request for each size';
    await refused({ images, mask: await mask() }, invalid(message));
  });

  test('two of them, text in its place, one without a picture, under another name', async () => {
    await refused({ mask: [await mask(), await mask()] }, invalid('mask must be given only once'));
    await refused({ mask: 'mask.png' }, invalid('mask must be a file, not text'));
    await refused({ images: undefined, mask: await mask() }, invalid('At least one image is required', 'images'));
    await refused({ 'mask[0]': await mask() }, invalid('Unknown field: mask[0]', 'mask[0]'));
    await refused(
      { mask: await mask(), mask_feather: '65' },
      invalid('mask_feather must be between 0 and 64', 'mask_feather'),
    );
    const parts = [filePart('images'), textPart('prompt', 'a'), textPart('mask', Buffer.from([0x89, 0x50, 0xff]))];
    await expectError(await postParts(service.url, parts), invalid(/^mask must be a file: give its part a filename/));
  });

  test('in JSON: twice, no object, without or with another key, not to be fetched', async () => {
    const { href } = new URL('https://images.example.com/mask.png');
    const url = dataUrl(await mask());
    const answer = (value: unknown): Promise<Response> => postJson(service.url, goodJson({ mask: value }));
    const twice = JSON.stringify(goodJson({ mask: { image_url: url } })).replace('"mask":', '"mask":null,"mask":');
    await expectError(await postJson(service.url, twice), invalid('mask must be given only once'));
    await expectError(await answer(url), invalid(/^mask must be an object/));
    await expectError(await answer({}), invalid('mask must have an image_url'));
    await expectError(await answer({ file_id: 'a' }), invalid(/^mask\.file_id is not supported/, 'mask.file_id'));
    await expectError(await answer({ image_url: url, alpha: 1 }), invalid('Unknown field: mask.alpha', 'mask.alpha'));
    await expectError(await answer({ image_url: 5 }), invalid(/^mask\.image_url must be a string/, 'mask.image_url'));
    await expectError(
      await answer({ image_url: href }),
      invalid(/^mask\.image_url .*IMAGE_URL_HOSTS/, 'mask.image_url'),
    );
    await expectError(
      await answer({ image_url: 'data:image/png;base64,%%' }),
      invalid(/^mask\.image_url is a data URL/, 'mask.image_url'),
    );
    // What is wrong with the pictures and texts comes first.
    await expectError(
      await postJson(service.url, goodJson({ mask: {}, prompt: '' })),
      invalid('Prompt cannot be empty', 'prompt'),
    );
  });

  test('too many bytes, too many files', async () => {
    const file = await large();
    const tooLarge = { status: 413, code: 'PAYLOAD_TOO_LARGE' };
    await refused(
      { mask: file },
      { ...tooLarge, message: /^A file in mask is larger than 1 MB \(MAX_FILE_MB\)$/, param: 'mask' },
    );
    await expectError(await postJson(service.url, goodJson({ mask: { image_url: dataUrl(file) } })), {
      ...tooLarge,
      message: /^mask\.image_url is larger than 1 MB \(MAX_FILE_MB\)$/,
      param: 'mask.image_url',
    });
    const message = 'At most 3 files are allowed in a request (MAX_FILES)';
    const three = [GOOD_PICTURE, GOOD_PICTURE, GOOD_PICTURE];
    await refused({ images: three, mask: await mask() }, { ...tooLarge, message });
    const image_url = dataUrl(GOOD_PICTURE);
    const images = three.map(() => ({ image_url }));
    for (const body of [
      { ...goodJson({ images }), mask: { image_url } },
      { mask: { image_url }, ...goodJson({ images }) },
    ]) {
      await expectError(await postJson(service.url, body), { ...tooLarge, message });
    }
  });
});
