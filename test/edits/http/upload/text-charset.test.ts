import { describe, expect, test } from '@jest/globals';
import { filePart, textPart } from '../../../support/multipart.js';
import { partTests, texts } from '../../../support/part-tests.js';

describe('texts of a multipart body', () => {
  const { madeWith, refused } = partTests();

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
