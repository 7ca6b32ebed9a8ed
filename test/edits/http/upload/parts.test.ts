import { describe, expect, test } from '@jest/globals';
import { type EditBody, GOOD_PICTURE } from '../../../support/edit-form.js';
import { expectError } from '../../../support/expect-error.js';
import { filePart, postParts, type RawPart, textPart } from '../../../support/multipart.js';
import { sharedServer } from '../../../support/shared-server.js';

const PNG = ['Content-Type: image/png'];
const BYTES = ['Content-Type: application/octet-stream'];

describe('parts of a multipart body', () => {
  const service = sharedServer({ env: { MAX_FILES: '4', MAX_FILE_MB: '1' } });

  const FIELDS = { prompt: 'make it blue', num_inference_steps: '1', seed: '1' };
  /** The texts of a form that is served, but for those that are given. */
  const texts = (...given: readonly RawPart[]): RawPart[] => [
    ...Object.entries(FIELDS)
      .filter(([name]) => !given.some(({ headers }) => new RegExp(`name="?${name}\\b`, 'i').test(headers.join())))
      .map(([name, value]) => textPart(name, value)),
    ...given,
  ];
  const made = async (parts: readonly RawPart[]): Promise<EditBody['data']> => {
    const response = await postParts(service.url, parts);
    const text = await response.text();
    expect([response.status, text]).toEqual([200, expect.any(String)]);
    return (JSON.parse(text) as EditBody).data;
  };
  const madeWith = async (...given: readonly RawPart[]): Promise<string | undefined> =>
    (await made([...texts(...given), filePart('images')]))[0]?.b64_json;
  const refused = async (
    parts: readonly RawPart[],
    message: string | RegExp,
    param: string | null,
    status = 400,
  ): Promise<void> => {
    const code = status === 413 ? 'PAYLOAD_TOO_LARGE' : 'INVALID_INPUT';
    await expectError(await postParts(service.url, parts), { status, code, message, param });
  };

  describe('files', () => {
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

  describe('texts', () => {
    /** By Python's codecs. */
    const ENCODED: readonly [charset: string, text: string, bytes: string][] = [
      ['GBK', '把它变蓝……', 'b0d1cbfcb1e4c0b6a1ada1ad'],
      ['gb2312', '把它变蓝', 'b0d1cbfcb1e4c0b6'],
      ['gb18030', '把它变蓝 🙂', 'b0d1cbfcb1e4c0b62095308532'],
      ['Shift_JIS', '青くして', '90c282ad82b582c4'],
      ['EUC-JP', '青くして', 'c0c4a4afa4b7a4c6'],
      ['iso-2022-jp', '青くして', '1b24424044242f243724461b2842'],
      ['EUC-KR', '파랗게', 'c6c4b6feb0d4'],
      ['ks_c_5601-1987', '파랗게', 'c6c4b6feb0d4'],
      ['Big5', '把它變藍', 'a7e2a5a6c5dcc2c5'],
      ['windows-1251', 'сделай синим', 'f1e4e5ebe0e920f1e8ede8ec'],
      ['koi8-r', 'сделай синим', 'd3c4c5ccc1ca20d3c9cec9cd'],
      ['iso-8859-2', 'zrób na żółto', '7a72f362206e6120bff3b3746f'],
      ['iso-8859-15', 'en bleu à 5 €', '656e20626c657520e0203520a4'],
      ['windows-1252', 'l’été à 5 €', '6c92e974e920e020352080'],
      ['ISO-8859-1', 'l’été à 5 €', '6c92e974e920e020352080'],
      ['us-ascii', 'l’été', '6c92e974e9'],
      ['utf-16', '把它变蓝', 'fffe8a62835bd853dd84'],
      ['UTF-16', '把它变蓝', 'feff628a5b8353d884dd'],
      ['utf-16le', '把它变蓝', '8a62835bd853dd84'],
      ['utf-16be', '把它变蓝', '628a5b8353d884dd'],
      ['"utf-8"', '把它变蓝 \uFFFD', 'e68a8ae5ae83e58f98e8939d20efbfbd'],
      ['UTF8', '把它变蓝', 'efbbbfe68a8ae5ae83e58f98e8939d'],
    ];

    test.each(ENCODED)('in %s are read as that: %s', async (charset, words, hex) => {
      const bytes = Buffer.from(hex, 'hex');
      const type = `Content-Type: text/plain; charset=${charset}`;
      for (const name of ['prompt', 'negative_prompt']) {
        const declared = await madeWith(textPart(name, bytes, type));
        expect(declared).toBe(await madeWith(textPart(name, words)));
        expect(declared).not.toBe(await madeWith());
      }
    });

    test('a number in a charset is a number', async () => {
      const seven = await madeWith(textPart('seed', '7'));
      for (const charset of ['gbk', 'Big5', 'windows-1251', 'x-sjis']) {
        expect(await madeWith(textPart('seed', '7', `Content-Type: text/plain;charset=${charset}`))).toBe(seven);
      }
      const utf16 = Buffer.from('7', 'utf16le');
      expect(await madeWith(textPart('seed', utf16, 'Content-Type: text/plain;charset=utf-16'))).toBe(seven);
    });

    test.each(['klingon', 'utf-7', 'base64', 'x-user', 'utf-8-sig'])(
      'an unknown charset, %s, is refused by name',
      async (charset) => {
        const type = `Content-Type: text/plain; charset=${charset}`;
        const message = `: the charset '${charset}' is not known: send UTF-8, or one that the WHATWG Encoding Standard names`;
        for (const name of ['prompt', 'seed', 'negative_prompt', 'stream', 'size', 'model', 'user']) {
          await refused([...texts(textPart(name, '1', type)), filePart('images')], `${name}${message}`, name);
        }
      },
    );

    test.each([
      ['', 'c3', 'UTF-8'],
      ['', '61fffe62', 'UTF-8'],
      ['gbk', 'b0', 'gbk'],
      ['Shift_JIS', '93', 'shift_jis'],
      ['euc-kr', 'c7', 'euc-kr'],
      ['big5', 'a4', 'big5'],
      ['utf-16', '61', 'UTF-16LE'],
      ['utf-16', '00d8', 'UTF-16LE'],
    ])('bytes that are no text in %s (%s) are refused by name', async (charset, hex, label) => {
      const type = charset === '' ? [] : [`Content-Type: text/plain; charset=${charset}`];
      for (const name of ['prompt', 'seed', 'negative_prompt', 'user']) {
        const part = textPart(name, Buffer.from(hex, 'hex'), ...type);
        const message = `${name} must be ${label} text: it holds bytes that are none`;
        await refused([...texts(part), filePart('images')], message, name);
      }
    });

    test('the character that stands for what is none is one itself', async () => {
      expect(await madeWith(textPart('prompt', 'make it \uFFFD'))).not.toBe(
        await madeWith(textPart('prompt', 'make it ')),
      );
    });

    test('fields are checked in their order, whatever their charsets', async () => {
      const type = 'Content-Type: text/plain; charset=klingon';
      const parts = [textPart('seed', '1', type), textPart('n', '0'), textPart('foto', 'a', type)];
      await refused(texts(...parts), 'At least one image is required', 'images');
      await refused([...texts(...parts), filePart('images')], 'n must be between 1 and 10', 'n');
      await refused([...texts(textPart('foto', 'a', type)), filePart('images')], 'Unknown field: foto', 'foto');
    });

    test('_charset_ is the charset of the texts that declare none', async () => {
      const [bytes, words] = [Buffer.from('b0d1cbfcb1e4c0b6', 'hex'), '把它变蓝'];
      const prompt = await madeWith(textPart('prompt', words));
      // Before or after them.
      expect(await madeWith(textPart('_charset_', 'GBK'), textPart('prompt', bytes))).toBe(prompt);
      expect(await madeWith(textPart('prompt', bytes), textPart('_charset_', 'gbk'))).toBe(prompt);
      const utf8 = textPart('prompt', words, 'Content-Type: text/plain; charset=utf-8');
      expect(await madeWith(textPart('_charset_', 'gbk'), utf8)).toBe(prompt);
      expect(await madeWith(textPart('_charset_', ''), textPart('prompt', words))).toBe(prompt);
      await refused(
        [...texts(textPart('_charset_', 'klingon')), filePart('images')],
        /^prompt: the charset 'klingon' is not known/,
        'prompt',
      );
      const twice = textPart('_charset_', 'utf-8');
      await refused([...texts(twice, twice), filePart('images')], '_charset_ must be given only once', '_charset_');
    });
  });

  describe('Content-Transfer-Encoding', () => {
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

  describe('headers', () => {
    const NO_FIELD = 'A part of the multipart body has no "Content-Disposition: form-data" that names its field';

    test.each<[string, readonly string[], string]>([
      ['no headers', [], NO_FIELD],
      ['no Content-Disposition', ['Content-Type: text/plain'], NO_FIELD],
      ['another disposition', ['Content-Disposition: attachment; name="n"'], NO_FIELD],
      ['a header that is none before it', ['nonsense', 'Content-Disposition: form-data; name="n"'], NO_FIELD],
      [
        'two dispositions',
        ['Content-Disposition: form-data; name="n"', 'Content-Disposition: form-data; name="seed"'],
        'A part of the multipart body has the header content-disposition twice',
      ],
      [
        'two types',
        [
          'Content-Disposition: form-data; name="n"',
          'Content-Type: text/plain',
          'Content-Type: text/plain; charset=gbk',
        ],
        'A part of the multipart body has the header content-type twice',
      ],
      [
        'too many',
        ['Content-Disposition: form-data; name="n"', ...Array.from({ length: 40 }, (_, index) => `X-${index}: a`)],
        'A part of the multipart body has too many or too long headers',
      ],
      [
        'too long ones',
        [`Content-Disposition: form-data; name="n"; x="${'a'.repeat(100_000)}"`],
        'A part of the multipart body has too many or too long headers',
      ],
      [
        'no name',
        ['Content-Disposition: form-data; name=""'],
        'A field name in the multipart body is missing or invalid',
      ],
    ])('a part with %s is not skipped', async (_name, headers, message) => {
      await refused([{ headers, content: '2' }, ...texts(), filePart('images')], message, null);
    });

    test('as odd clients write them', async () => {
      const seven = await madeWith(textPart('seed', '7'));
      for (const lines of [
        ['content-disposition:form-data;name=seed'],
        ['CONTENT-DISPOSITION: Form-Data; NAME="seed"', 'X-Other: 1'],
        ['Content-Disposition: form-data;', ' name="seed"'],
        ['Content-MD5: aaaa', 'Content-Length: 1', 'Content-Disposition: form-data; name="seed"; '],
        ['Content-Type: text/plain; charset=', 'Content-Disposition: form-data; name="seed"'],
      ]) {
        expect(await madeWith({ headers: lines, content: '7' })).toBe(seven);
      }
    });
  });
});
