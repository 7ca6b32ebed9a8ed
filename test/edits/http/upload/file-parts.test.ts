import { describe, expect, test } from '@jest/globals';
import { GOOD_PICTURE } from '../../../support/edit-form.js';
import { filePart } from '../../../support/multipart.js';
import { partTests, PNG, texts } from '../../../support/part-tests.js';

const BYTES = ['Content-Type: application/octet-stream'];

describe('files of a multipart body', () => {
  const { made, refused } = partTests();

  test.each([
    ['a filename', { parameters: '; filename="a.png"' }],
    ['one that is not quoted', { parameters: '; filename=a.png' }],
    ['one in RFC 5987’s manner', { parameters: "; filename*=utf-8''%E5%9B%BE.png" }],
    ['one in a charset that is not UTF-8', { parameters: "; filename*=gbk''%CD%BC.png" }],
    ['one of other bytes than UTF-8', { parameters: '; filename="\xcd\xbc.png"' }],
    ['one with quotes, as browsers and as curl write them', { parameters: '; filename="a%22b\\"c.png"' }],
    ['an empty one', { parameters: '; filename=""', headers: BYTES }],
    ['none, but image/png', { parameters: '', headers: PNG }],
    ['none, but IMAGE/JPEG with a parameter', { parameters: '', headers: ['content-type: IMAGE/JPEG; q="a;b"'] }],
    ['none, but application/octet-stream', { parameters: '', headers: BYTES }],
    ['a text’s type, but a filename', { headers: ['Content-Type: text/plain; charset=klingon'] }],
  ])('with %s', async (_name, part) => {
    const [plain, ...three] = await made([
      ...texts(),
      filePart('images'),
      filePart('images', part),
      filePart('images', part),
      filePart('images'),
    ]);
    expect(three.map(({ input_index: index }) => index)).toEqual([1, 2, 3]);
    for (const { b64_json: picture } of three) expect(picture).toBe(plain?.b64_json);
  });

  test('three without filenames are three inputs', async () => {
    const part = filePart('images', { parameters: '', headers: PNG });
    expect(await made([...texts(), part, part, part])).toHaveLength(3);
  });

  test.each([
    ['no type', []],
    ['another type', ['Content-Type: application/pdf']],
  ])('without filename and with %s: told what they lack', async (_name, headers) => {
    const part = filePart('images', { parameters: '', headers });
    const message =
      'images must be a file: give its part a filename, or a Content-Type of image/* or application/octet-stream';
    await refused([...texts(), part, filePart('images')], message, 'images');
  });

  test.each([
    ['by a browser', '; filename=""'],
    ['by Node.js', ''],
  ])(
    'a file input in which nothing was chosen is absent, sent %s, and none of those allowed',
    async (_by, parameters) => {
      const nothing = { parameters, headers: BYTES, content: Buffer.alloc(0) };
      const names = ['images', 'image', 'avatar', 'mask', 'prompt', 'images[0]'];
      const four = Array.from({ length: 4 }, () => filePart('images'));
      expect(await made([...names.map((name) => filePart(name, nothing)), ...texts(), ...four])).toHaveLength(4);
      await refused([...texts(), filePart('images', nothing)], 'At least one image is required', 'images');
      // With content it is a file, whatever it is called.
      const something = { ...nothing, content: GOOD_PICTURE };
      await refused(
        [...texts(), filePart('avatar', something), ...four],
        'At most 4 files are allowed in a request (MAX_FILES)',
        null,
        413,
      );
      await refused([...texts(), filePart('avatar', something)], 'Unknown field: avatar', 'avatar');
    },
  );

  test.each([
    ['with a filename', { headers: PNG }],
    ['with image/png', { parameters: '', headers: PNG }],
  ])('an empty file %s is told as one', async (_name, part) => {
    const empty = filePart('images', { ...part, content: Buffer.alloc(0) });
    await refused(
      [...texts(), filePart('images'), empty],
      'Invalid image format at index 1: the file is empty',
      'images',
    );
  });
});
