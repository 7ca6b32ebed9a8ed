import { describe, expect, test } from '@jest/globals';
import { type Fields, GOOD_PICTURE, goodForm, postEdit } from '../../../support/edit-form.js';
import { goodJson, postJson } from '../../../support/edit-json.js';
import { expectError } from '../../../support/expect-error.js';
import { sharedServer } from '../../../support/shared-server.js';

interface Answer {
  readonly data: readonly { readonly b64_json: string; readonly seed: number }[];
  readonly output_format: string;
}

describe('Accept: image/…', () => {
  const shared = sharedServer();
  const post = (accept: string, changes: Fields = {}, headers: Record<string, string> = {}): Promise<Response> =>
    postEdit(shared.url, goodForm(changes), { accept, ...headers });

  test.each([
    ['image/png', 'png', [0x89, 0x50, 0x4e, 0x47]],
    ['image/jpeg', 'jpeg', [0xff, 0xd8, 0xff]],
    ['IMAGE/WEBP;q=0.5', 'webp', [...Buffer.from('RIFF')]],
    ['image/jpeg, image/avif', 'jpeg', [0xff, 0xd8, 0xff]],
    ['image/png, application/json;q=0.1', 'png', [0x89, 0x50, 0x4e, 0x47]],
  ])('%s is answered with the picture that JSON holds', async (accept, format, magic) => {
    const response = await post(accept);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(`image/${format}`);
    expect(response.headers.get('content-disposition')).toBe(`inline; filename="edited.${format}"`);
    expect(response.headers.get('x-seed')).toBe('1');
    expect(response.headers.get('x-warnings')).toBeNull();
    expect(response.headers.get('server-timing')).toMatch(/^queue;dur=/);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get('content-length')).toBe(String(bytes.length));
    expect([...bytes.subarray(0, magic.length)]).toEqual(magic);
    const json = (await (await post('*/*', { output_format: format })).json()) as Answer;
    expect(json.data[0]?.b64_json).toBe(bytes.toString('base64'));
  });

  test.each([
    '*/*',
    'image/*',
    'image/png, */*;q=0.1',
    'image/png, image/jpeg',
    'image/png;q=0',
    'image/avif',
    'text/html',
    'nonsense',
  ])('%s is answered with JSON', async (accept) => {
    const response = await post(accept);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(((await response.json()) as Answer).output_format).toBe('png');
  });

  test('a form of JSON too; the seed is the one that was drawn', async () => {
    const response = await postJson(shared.url, goodJson({ seed: null }), { accept: 'image/png' });
    const seed = Number(response.headers.get('x-seed'));
    const again = await postJson(shared.url, goodJson({ seed }), { accept: 'image/png' });
    expect(Buffer.from(await again.arrayBuffer()).equals(Buffer.from(await response.arrayBuffer()))).toBe(true);
  });

  test('warnings are JSON in a header', async () => {
    const response = await post('image/png', { guidance_scale: '2', background: 'transparent' });
    expect(JSON.parse(response.headers.get('x-warnings') ?? '')).toEqual([
      'guidance_scale had no effect: tiny-plain is not guidance-distilled; true_cfg_scale sets its guidance',
      'background had no effect: results are always opaque',
    ]);
  });

  test('output_format: the same is right, another is refused', async () => {
    expect((await post('image/webp', { output_format: 'webp' })).headers.get('content-type')).toBe('image/webp');
    await expectError(await post('image/webp', { output_format: 'png' }), {
      status: 400,
      code: 'INVALID_INPUT',
      message: "output_format must be 'webp', as the Accept header asks for image/webp, or absent",
      param: 'output_format',
    });
  });

  test.each<[string, Fields, Record<string, string>, string]>([
    ['several variants', { n: '2' }, {}, 'An edit with 2 results'],
    ['several inputs', { images: [GOOD_PICTURE, GOOD_PICTURE] }, {}, 'An edit with 2 results'],
    ['a stream', { stream: 'true' }, {}, 'A stream'],
    ['a job', {}, { prefer: 'respond-async' }, 'A job (Prefer: respond-async)'],
    ['a job that is waited for', {}, { prefer: 'respond-async, wait=10' }, 'A job (Prefer: respond-async)'],
    ['a tensor', { output_type: 'pt' }, {}, 'A tensor (output_type=pt)'],
  ])('%s: 406, or JSON where that is accepted too', async (_name, changes, headers, subject) => {
    await expectError(await post('image/png', changes, headers), {
      status: 406,
      code: 'NOT_ACCEPTABLE',
      message: `${subject} can't be answered as image/png, which the Accept header asks for: accept application/json`,
      param: null,
    });
    const response = await post('image/png, application/json', changes, headers);
    expect(response.headers.get('content-type')).not.toBe('image/png');
    expect([200, 202]).toContain(response.status);
    await response.text();
  });

  test('errors are JSON', async () => {
    await expectError(await post('image/png', { n: '0' }), {
      status: 400,
      code: 'INVALID_INPUT',
      message: 'n must be between 1 and 10',
      param: 'n',
    });
  });

  test('the same Idempotency-Key gives the same picture again', async () => {
    const headers = { 'idempotency-key': 'picture' };
    const pictures = [1, 2].map(async () => (await post('image/jpeg', { seed: undefined }, headers)).arrayBuffer());
    const [first, second] = await Promise.all(pictures);
    expect(Buffer.from(first ?? new ArrayBuffer(0)).equals(Buffer.from(second ?? new ArrayBuffer(0)))).toBe(true);
  });
});
