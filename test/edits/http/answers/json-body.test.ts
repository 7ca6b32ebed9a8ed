import { expect, test } from '@jest/globals';
import { Base64File, JsonBody } from '../../../../src/edits/http/answers/json-body.js';

/** Longer than a piece, so that several are joined. */
const LONG = Buffer.alloc(2 ** 20 + 1, 'picture');

const text = async (body: JsonBody): Promise<string> => {
  let all = '';
  for await (const piece of body.pieces()) all += piece;
  return all;
};

test('is what JSON.stringify makes of it, with files as base64, and knows its length', async () => {
  const around = { seed: 42, texts: ['ü "quoted"\n', null, true, []], nested: { empty: {}, number: 1.5 } };
  const body = new JsonBody({
    ...around,
    data: [{ b64_json: new Base64File(LONG) }, { b64_json: new Base64File(LONG) }],
  });
  const base64 = LONG.toString('base64');
  const expected = JSON.stringify({ ...around, data: [{ b64_json: base64 }, { b64_json: base64 }] });
  expect((await text(body)) === expected).toBe(true);
  expect(body.length).toBe(Buffer.byteLength(expected));
});

test('what holds no file is one piece', async () => {
  const pieces: string[] = [];
  for await (const piece of new JsonBody({ a: [1, 2, { b: 'c' }] }).pieces()) pieces.push(piece);
  expect(pieces).toEqual(['{"a":[1,2,{"b":"c"}]}']);
});
