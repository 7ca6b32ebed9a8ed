import { describe, expect, test } from '@jest/globals';
import { filePart, textPart } from '../../../support/multipart.js';
import { partTests, texts } from '../../../support/part-tests.js';

describe('headers of a multipart body’s part', () => {
  const { madeWith, refused } = partTests();

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
      ['Content-Disposition: form-data; name="n"', 'Content-Type: text/plain', 'Content-Type: text/plain; charset=gbk'],
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
