import { describe, expect, test } from '@jest/globals';
import { GOOD_PICTURE } from '../../../support/edit-form.js';
import { filePart, type RawPart, textPart } from '../../../support/multipart.js';
import { partTests, PNG, texts } from '../../../support/part-tests.js';

describe('Content-Transfer-Encoding of a multipart body’s part', () => {
  const { made, madeWith, refused } = partTests();

  const encoded = (encoding: string): string => `Content-Transfer-Encoding: ${encoding}`;
  const WORDS = '把它变蓝 = blue';
  const BASE64 = Buffer.from(WORDS).toString('base64');
  const FILE = GOOD_PICTURE.toString('base64');

  test.each([
    ['binary', WORDS],
    ['8BIT', WORDS],
    ['base64', BASE64],
    ['BASE64', BASE64.replace(/.{5}/g, '$&\r\n')],
    ['quoted-printable', '=E6=8A=8A=E5=AE=83=\r\n=E5=8F=98=E8=93=9D =3d blue'],
  ])('of a text: %s', async (encoding, content) => {
    expect(await madeWith(textPart('prompt', content, encoded(encoding)))).toBe(
      await madeWith(textPart('prompt', WORDS)),
    );
  });

  test('goes before the charset', async () => {
    const gbk = textPart('prompt', 'sNHL/LHkwLY=', 'Content-Type: text/plain; charset=gbk', encoded('base64'));
    expect(await madeWith(gbk)).toBe(await madeWith(textPart('prompt', '把它变蓝')));
  });

  test.each([
    ['binary', GOOD_PICTURE],
    ['7bit', GOOD_PICTURE],
    ['base64', Buffer.from(FILE)],
    ['base64', Buffer.from(FILE.replace(/.{76}/g, '$&\r\n'))],
  ])('of a file: %s', async (encoding, content) => {
    const part = filePart('images', { headers: [...PNG, encoded(encoding)], content });
    expect((await made([...texts(), part]))[0]?.b64_json).toBe(await madeWith());
  });

  test.each([
    ['base64', BASE64.slice(1)],
    ['base64', 'YQ==YWFh'],
    ['base64', 'YWF*'],
    ['quoted-printable', 'a=zz'],
    ['quoted-printable', 'a=4'],
  ])('%s that is none (%s) is refused by name', async (encoding, content) => {
    await refused(
      [...texts(textPart('prompt', content, encoded(encoding))), filePart('images')],
      `prompt is not encoded in ${encoding}, as its Content-Transfer-Encoding says`,
      'prompt',
    );
  });

  test('quoted-printable without end, and many texts together, are as large as a text may be', async () => {
    const endless = textPart('user', '=\r\n'.repeat(2_000_000), encoded('quoted-printable'));
    await refused([...texts(), endless], 'user is longer than 1 MB', 'user', 413);
    const many = Array.from({ length: 4 }, (_, index) => textPart(`user${index}`, '\r'.repeat(400_000)));
    await refused([...texts(), ...many], 'The texts are longer than 1 MB in all', null, 413);
  });

  test('another, or quoted-printable for a file, is refused by name', async () => {
    const message = /^images: the Content-Transfer-Encoding '[\w-]+' is not supported for a file/;
    for (const encoding of ['x-uuencode', 'quoted-printable', 'gzip']) {
      await refused([...texts(), filePart('images', { headers: [encoded(encoding)] })], message, 'images');
    }
    await refused(
      [...texts(textPart('seed', '1', encoded('gzip'))), filePart('images')],
      /^seed: the Content-Transfer-Encoding 'gzip' is not supported for a text/,
      'seed',
    );
  });

  test('what it becomes may be as large as a file, and no larger', async () => {
    const zeros = (bytes: number): RawPart =>
      filePart('images', {
        headers: [...PNG, encoded('base64')],
        content: Buffer.from(Buffer.alloc(bytes).toString('base64')),
      });
    await refused([...texts(), zeros(1024 * 1024)], /^Invalid image format at index 0/, 'images');
    await refused(
      [...texts(), zeros(1024 * 1024 + 1)],
      'A file in images is larger than 1 MB (MAX_FILE_MB)',
      'images',
      413,
    );
  });
});
