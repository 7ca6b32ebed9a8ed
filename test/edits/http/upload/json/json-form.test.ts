import { describe, expect, test } from '@jest/globals';
import { JsonFormError } from '../../../../../src/edits/http/upload/json/json-form-error.js';
import { type JsonForm, readJsonForm } from '../../../../../src/edits/http/upload/json/json-form.js';

const MEGABYTE = 1024 * 1024;
const LIMITS = {
  maxFiles: 3,
  maxFileBytes: MEGABYTE,
  maxFields: 8,
  maxTextBytes: 100,
  maxNameLength: 20,
  maxStructureLength: 60,
};

/** Reads a text that comes in blocks of so many bytes. */
function read(text: string | Uint8Array, blockBytes = 64 * 1024): JsonForm {
  const bytes = Buffer.from(text);
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += blockBytes)
    blocks.push(Uint8Array.from(bytes.subarray(at, at + blockBytes)));
  return readJsonForm(blocks, LIMITS);
}

/** What is told about a body that can't be read. */
function faultOf(text: string | Uint8Array, blockBytes?: number): string | null {
  try {
    read(text, blockBytes);
    return null;
  } catch (error) {
    if (error instanceof JsonFormError) return error.message;
    throw error;
  }
}

/** The bytes of the only picture, or what is wrong with it. */
function pictureOf(url: string, blockBytes?: number): string {
  const [picture] = read(JSON.stringify({ images: [{ image_url: url }] }), blockBytes).pictures;
  if (picture === undefined) throw new Error('There is no picture');
  if ('content' in picture) return Buffer.concat(picture.content.blocks).toString('latin1');
  return 'fault' in picture ? picture.fault : picture.url;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('forms in JSON', () => {
  test('mask is one picture: its bytes, where it lies, or nothing', () => {
    const maskOf = (value: unknown): unknown => read(JSON.stringify({ images: [], mask: value })).mask;
    const mask = read(JSON.stringify({ mask: { image_url: 'data:,abc' } })).mask;
    expect(mask !== null && 'content' in mask ? Buffer.concat(mask.content.blocks).toString() : mask).toBe('abc');
    expect(maskOf({ image_url: 'https://a.example/b.png' })).toEqual({
      place: 'mask.image_url',
      url: 'https://a.example/b.png',
    });
    expect(maskOf(null)).toBeNull();
    expect(read('{}').mask).toBeNull();
    expect(maskOf([{ image_url: 'data:,abc' }])).toMatchObject({ param: 'mask' });
    expect(read(JSON.stringify({ mask: null })).fields.size).toBe(0);
  });

  test.each([
    '{}',
    ' \t\r\n{ } \n',
    '{"a":1,}',
    '{,}',
    '{"a":1,,"b":2}',
    '{"a" 1}',
    '{"a":[1,]}',
    '{"a":[}',
    '{"a":1]',
    '{a:1}',
    "{'a':1}",
    '{"a":\'b\'}',
    '{"a":01}',
    '{"a":-}',
    '{"a":1.}',
    '{"a":.5}',
    '{"a":1e}',
    '{"a":+1}',
    '{"a":0x1}',
    '{"a":-0.5e-3}',
    '{"a":1e400}',
    '{"a":NaN}',
    '{"a":Infinity}',
    '{"a":tru}',
    '{"a":truefalse}',
    '{"a":nullx}',
    '{"a":"\t"}',
    '{"a":"\\x"}',
    '{"a":"\\u12"}',
    '{"a":"\\u0041\\n\\/"}',
    '{"a":"b',
    '{"a":1',
    '{"a":',
    '{',
    '{}{}',
    '{}x',
    '{}]',
    '/**/{}',
    '{"a":1 //x\n}',
    '{"a":\u00a01}',
    '{"a":[{"b":[null,true,false,"c",1]}]}',
    '',
    ' ',
  ])('%j is read where JSON.parse reads it, in whatever pieces it comes', (text) => {
    for (const size of [1, 2, 3, 1000]) expect(faultOf(text, size) === null).toBe(isJson(text));
    if (!isJson(text)) expect(faultOf(text)).toMatch(/^The JSON body is malformed: /);
  });

  test('what is no object', () => {
    for (const text of ['[]', '"a"', '1', 'null', 'true'])
      expect(faultOf(text)).toMatch(/^The JSON body must be an object/);
  });

  test('a short body that is malformed is told where', () => {
    expect(faultOf('{"prompt":"a",}')).toMatch(/position 14\b/);
    expect(faultOf('{"prompt":"a","n":NaN}')).toContain("Unexpected token 'N'");
  });

  test('bytes that are no UTF-8, also at the end; a byte order mark is skipped', () => {
    const message = 'The JSON body must be UTF-8: it holds bytes that are none';
    for (const size of [1, 1000]) {
      expect(faultOf(Buffer.from('{"a":"é"}', 'latin1'), size)).toBe(message);
      expect(faultOf(Buffer.from('\uFEFF{"a":"b"}', 'utf16le'), size)).toBe(message);
      expect(faultOf(Buffer.concat([Buffer.from('{}'), Buffer.of(0xe2, 0x82)]), size)).toBe(message);
      expect(read('\uFEFF{"a":"é€😀"}', size).fields.get('a')).toEqual([{ type: 'string', text: 'é€😀' }]);
    }
  });

  test('values keep their type, numbers their digits, keys all their values', () => {
    const text = '{"a":1e400,"b":"1","c":true,"d":null,"e":[[1]],"f":{"a":2},"a":2,"__proto__":{"n":5}}';
    for (const size of [1, 1000]) {
      expect([...read(text, size).fields]).toEqual([
        [
          'a',
          [
            { type: 'number', text: '1e400' },
            { type: 'number', text: '2' },
          ],
        ],
        ['b', [{ type: 'string', text: '1' }]],
        ['c', [{ type: 'boolean', value: true }]],
        ['d', [{ type: 'null' }]],
        ['e', [{ type: 'array', text: '[[1]]' }]],
        ['f', [{ type: 'object', text: '{"a":2}' }]],
        ['__proto__', [{ type: 'object', text: '{"n":5}' }]],
      ]);
    }
  });

  test.each([
    '{}',
    '[]',
    '[{},[],[[]],{"":{}}]',
    '{"a":[1,-0.5e-3,true,false,null,""],"b":{"c":"d"}}',
    '{"a":1,"a":{"b":2,"b":3}}',
    String.raw`["a\"\\ \n\u0000","😀\ud83d\ude00é"]`,
  ])('the text of %j is kept, in whatever pieces it comes', (structure) => {
    for (const size of [1, 2, 3, 1000]) {
      const [value] = read(`{ "a" : ${structure.replaceAll(',', ' ,\t')} }`, size).fields.get('a') ?? [];
      const text = value !== undefined && 'text' in value ? value.text : null;
      expect(JSON.parse(text ?? '')).toEqual(JSON.parse(structure));
      // A key that stands twice is told by who knows what the object is to be.
      expect(text?.match(/"a":/g)?.length).toBe(structure.match(/"a":/g)?.length);
    }
  });

  test('of a longer one nothing but its type is kept', () => {
    const array = (length: number): string => JSON.stringify('x'.repeat(length - 4).split(' '));
    expect(read(`{"a":${array(60)}}`).fields.get('a')).toEqual([{ type: 'array', text: array(60) }]);
    expect(read(`{"a":${array(61)}}`).fields.get('a')).toEqual([{ type: 'array', text: null }]);
    expect(read(`{"a":[${'1,'.repeat(4000)}1],"b":true}`).fields).toEqual(
      new Map([
        ['a', [{ type: 'array', text: null }]],
        ['b', [{ type: 'boolean', value: true }]],
      ]),
    );
  });

  test('what is too much is told before it is held', () => {
    const deep = (depth: number): string => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(faultOf(deep(64))).toBeNull();
    expect(faultOf(deep(65))).toBe('The JSON body is nested too deeply');
    expect(faultOf(`{"a":${'['.repeat(5_000_000)}`)).toBe('The JSON body is nested too deeply');
    expect(faultOf(`{"a":[${'0,'.repeat(20_000)}0]}`)).toBe('The JSON body has too many values');
    expect(faultOf(`{${Array.from({ length: 9 }, (_, index) => `"a${index}":1`).join()}}`)).toBe(
      'The JSON body has too many fields',
    );
    expect(faultOf(`{"${'a'.repeat(21)}":1}`)).toBe('A field name in the JSON body is too long');
    expect(faultOf(`{"a":${'1'.repeat(1001)}}`)).toBe('a is a number of too many digits');
    expect(faultOf(`{"images":[${'{"image_url":"data:,"},'.repeat(3)}{}]}`)).toBe(
      'At most 3 files are allowed in a request (MAX_FILES)',
    );
    const limit = 'data:;base64,' + Buffer.alloc(MEGABYTE).toString('base64');
    expect(pictureOf(limit)).toHaveLength(MEGABYTE);
    for (const url of [limit.slice(0, -2) + 'AA', `data:,${'a'.repeat(MEGABYTE + 1)}`]) {
      expect(faultOf(JSON.stringify({ images: [{}, { image_url: url }] }))).toBe(
        'images[1].image_url is larger than 1 MB (MAX_FILE_MB)',
      );
    }
  });
});

describe('data URLs', () => {
  const BYTES = Buffer.from(Array.from({ length: 259 }, (_, index) => index % 256));
  const BASE64 = BYTES.toString('base64');
  const percents = (text: string): string => text.replaceAll(/./g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);

  test.each([
    ['base64', `data:image/png;base64,${BASE64}`],
    ['in capitals', `DATA:IMAGE/PNG;BASE64,${BASE64}`],
    ['without a media type', `data:;base64,${BASE64}`],
    ['with parameters', `data:image/png;name=a.png;charset=x;base64,${BASE64}`],
    ['with white space before base64 and around it', `  data:image/png; base64 ,${BASE64} `],
    ['with lines', `data:image/png;base64,${BASE64.replaceAll(/.{76}/g, '$&\r\n')}\n`],
    ['without padding', `data:image/png;base64,${BASE64.replaceAll('=', '')}`],
    ['in the alphabet for URLs', `data:image/png;base64,${BYTES.toString('base64url')}`],
    ['base64 in percents', `data:image/png;base64,${percents(BASE64)}`],
    ['padding in percents', `data:image/png;base64,${BASE64.replaceAll('=', '%3D')}`],
    ['percents', `data:image/png,${[...BYTES].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')}`],
    ['with a fragment', `data:image/png;base64,${BASE64}#a`],
  ])('%s', (_name, url) => {
    for (const size of [1, 7, 65_536]) expect(pictureOf(url, size)).toBe(BYTES.toString('latin1'));
  });

  test('a long one, in blocks of every size, with and without escapes', () => {
    const bytes = Buffer.from(Array.from({ length: 500_000 }, (_, index) => (index * 31) >> 3));
    const body = JSON.stringify({ images: [{ image_url: `data:image/png;base64,${bytes.toString('base64')}` }] });
    for (const text of [body, body.replaceAll('/', '\\/')]) {
      for (const size of [999, 65_536, text.length]) {
        const [picture] = read(text, size).pictures;
        if (picture === undefined || !('content' in picture)) throw new Error('There is no picture');
        expect(bytes.equals(Buffer.concat(picture.content.blocks))).toBe(true);
      }
    }
  });

  test('what is not encoded stays', () => {
    expect(pictureOf('data:,a%zz%4 b%')).toBe('a%zz%4 b%');
    expect(pictureOf('data:,')).toBe('');
    expect(pictureOf('data:text/plain,é')).toBe(Buffer.from('é').toString('latin1'));
  });

  test.each([
    ['data:image/png;base64', 'is a data URL without a comma before its data'],
    [`data:${'a'.repeat(2000)},x`, 'is a data URL without a comma before its data'],
    ['data:;base64,AA*A', 'is a data URL whose base64 holds "*"'],
    ['data:;base64,AAAAA', 'is a data URL whose base64 is cut off'],
    ['data:;base64,AAA==', 'is a data URL whose base64 is cut off'],
    ['data:;base64,AA=A', 'is a data URL whose base64 goes on after its padding'],
    ['data:;base64,AA==AAAA', 'is a data URL whose base64 goes on after its padding'],
    ['iVBORw0KGgo=', 'must be a data URL, "data:image/png;base64,…", or an http(s) URL; it begins with "iVBORw0KGgo="'],
    ['file:///etc/passwd', /^.* must be a data URL.* "file:\/\/\/etc\/passwd"$/],
    [`http://a/${'b'.repeat(9000)}`, 'is longer than 8192 characters'],
  ])('%.40j', (url, message) => {
    for (const size of [1, 65_536]) {
      const found = pictureOf(url, size);
      if (typeof message === 'string') expect(found).toBe(`images[0].image_url ${message}`);
      else expect(found).toMatch(message);
    }
  });
});
