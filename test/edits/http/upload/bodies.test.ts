import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { form, GOOD_PICTURE, goodForm, postEdit } from '../../../support/edit-form.js';
import { expectError, expectErrorText, type ExpectedError } from '../../../support/expect-error.js';
import { metric } from '../../../support/metrics.js';
import { RawConnection } from '../../../support/raw-http.js';
import { TestServer } from '../../../support/server.js';

const MEGABYTE = 1024 * 1024;
const KEY = 'secret';
const AUTHORIZATION = `Bearer ${KEY}`;
const MALFORMED: ExpectedError = {
  status: 400,
  code: 'INVALID_INPUT',
  message: 'The multipart body is malformed or was cut off',
};

describe('request bodies', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ env: { API_KEY: KEY, MAX_FILES: '3', MAX_FILE_MB: '1', MAX_BODY_MB: '4' } });
  });
  afterAll(async () => {
    expect((await server.stop()).leftovers).toEqual([]);
  });

  const post = (body: RequestInit['body'], headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${server.url}/v1/images/edits`, {
      method: 'POST',
      body: body ?? null,
      headers: { authorization: AUTHORIZATION, ...headers },
    });

  /** The next good request works. */
  const stillServes = async (): Promise<void> => {
    const response = await postEdit(server.url, goodForm(), { authorization: AUTHORIZATION });
    expect(response.status).toBe(200);
    await response.text();
  };

  test.each([
    ['no body', undefined, {}],
    ['JSON of another name', '{"prompt":"a"}', { 'content-type': 'application/jsonl' }],
    ['a form that is not multipart', 'prompt=a', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['another multipart type', '--x--', { 'content-type': 'multipart/mixed; boundary=x' }],
    ['a picture', GOOD_PICTURE, { 'content-type': 'image/png' }],
  ])('%s', async (_name, body, headers) => {
    await expectError(await post(body, headers), {
      status: 415,
      code: 'UNSUPPORTED_MEDIA_TYPE',
      message: 'Content-Type must be multipart/form-data or application/json',
      param: null,
    });
  });

  test('compressed bodies', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=x', 'content-encoding': 'gzip' };
    await expectError(await post('--x--', headers), {
      status: 415,
      code: 'UNSUPPORTED_MEDIA_TYPE',
      message: 'Content-Encoding is not supported',
    });
  });

  test('multipart without a boundary', async () => {
    await expectError(await post('--x--', { 'content-type': 'multipart/form-data' }), {
      status: 400,
      code: 'INVALID_INPUT',
      message: 'The Content-Type header names no multipart boundary',
    });
  });

  const part = (name: string, value: string): string =>
    `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  test.each([
    ['an empty one', ''],
    ['one without its end', part('prompt', 'a')],
    ['one that ends inside a part', part('prompt', 'a long text').slice(0, -8)],
    ['one that ends inside a header', '--x\r\nContent-Disp'],
    ['another boundary', part('prompt', 'a').replaceAll('--x', '--y') + '--y--\r\n'],
    ['no multipart at all', 'hello'],
  ])('a broken multipart body: %s', async (_name, body) => {
    await expectError(await post(body, { 'content-type': 'multipart/form-data; boundary=x' }), MALFORMED);
    await stillServes();
  });

  test('parts without a name, too many fields, an endless name', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    const nameless = '--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n';
    await expectError(await post(nameless, headers), {
      ...MALFORMED,
      message: /^A field name .* is missing or invalid$/,
    });
    const many = Array.from({ length: 200 }, (_, index) => part(`field${index}`, '1')).join('');
    await expectError(await post(`${many}--x--\r\n`, headers), {
      ...MALFORMED,
      message: 'The multipart body has too many fields',
    });
    await expectError(await post(`${part('a'.repeat(5000), '1')}--x--\r\n`, headers), {
      ...MALFORMED,
      message: /too long|malformed/,
    });
    await expectError(await post(`${part('a[b][c]', '1')}--x--\r\n`, headers), {
      ...MALFORMED,
      message: /missing or invalid/,
    });
  });

  test.each<[string, () => FormData, string, string | null]>([
    [
      'too many files',
      () => goodForm({ images: Array.from({ length: 4 }, () => GOOD_PICTURE) }),
      'At most 3 files are allowed in a request (MAX_FILES)',
      null,
    ],
    [
      'a file too large',
      () => goodForm({ images: new Uint8Array(MEGABYTE + 1) }),
      'A file in images is larger than 1 MB (MAX_FILE_MB)',
      'images',
    ],
    ['a text too large', () => goodForm({ prompt: 'a'.repeat(MEGABYTE + 1) }), 'prompt is longer than 1 MB', 'prompt'],
    [
      'a body too large',
      () => form({ a: Array.from({ length: 5 }, () => new Uint8Array(MEGABYTE)) }),
      'The request body is larger than 4 MB (MAX_BODY_MB)',
      null,
    ],
  ])('%s', async (_name, make, message, param) => {
    await expectError(await post(make()), { status: 413, code: 'PAYLOAD_TOO_LARGE', message, param });
    await stillServes();
  });

  test('a file of just the limit is read', async () => {
    await expectError(await post(goodForm({ images: new Uint8Array(MEGABYTE) })), {
      status: 400,
      code: 'INVALID_INPUT',
      message: /^Invalid image format at index 0/,
    });
  });

  const head = (...lines: readonly string[]): string =>
    ['POST /v1/images/edits HTTP/1.1', 'Host: a', `Authorization: ${AUTHORIZATION}`, ...lines, '', ''].join('\r\n');

  test('a body of unannounced length is counted while it is read', async () => {
    const connection = await RawConnection.open(server.port);
    await connection.send(head('Content-Type: multipart/form-data; boundary=x', 'Transfer-Encoding: chunked'));
    await connection.send(`${(70).toString(16)}\r\n${part('prompt', 'a').padEnd(70, '-')}\r\n`);
    const block = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65536), Buffer.from('\r\n')]);
    for (let sent = 0; sent <= 4 * MEGABYTE; sent += 65536) await connection.send(block);
    const { status, headers, body } = await connection.answer();
    // The first text is cut at 1 MB already; both are too large.
    expectErrorText(status, body, { status: 413, code: 'PAYLOAD_TOO_LARGE', message: /MAX_BODY_MB|longer than 1 MB/ });
    expect(headers).toMatch(/^connection: close$/im);
    connection.close();
    await stillServes();
  });

  test('a client that leaves in the middle of its upload', async () => {
    const connection = await RawConnection.open(server.port);
    await connection.send(head('Content-Type: multipart/form-data; boundary=x', 'Content-Length: 100000'));
    await connection.send(part('prompt', 'a'));
    while (((await metric(server.url, 'qwen_edit_http_requests_in_flight')) ?? 0) < 2) continue;
    connection.close();
    await server.until(() => server.log.includes('path=/v1/images/edits status=499'));
    await stillServes();
  });

  test('an answer before the body was read reaches a client that sends it all first', async () => {
    const connection = await RawConnection.open(server.port);
    const total = 3 * MEGABYTE;
    const lines = head('Content-Type: multipart/form-data; boundary=x', `Content-Length: ${total}`).replace(
      KEY,
      'wrong',
    );
    await connection.send(lines);
    for (let sent = 0; sent < total; sent += MEGABYTE) await connection.send(Buffer.alloc(MEGABYTE));
    expect(connection.isClosed).toBe(false);
    const { status, headers, body } = await connection.answer();
    expectErrorText(status, body, { status: 401, code: 'UNAUTHORIZED', message: 'Invalid username or password' });
    expect(headers).toMatch(/^connection: close$/im);
  });

  test('a client that asks first is told at once, and told to go on only when its body is wanted', async () => {
    const lines = ['Content-Type: multipart/form-data; boundary=x', 'Expect: 100-continue'];
    const refused = await RawConnection.open(server.port);
    await refused.send(head(...lines, 'Content-Length: 1000000').replace(KEY, 'wrong'));
    expect((await refused.answer()).status).toBe(401);
    const body = `${part('prompt', 'a')}--x--\r\n`;
    const welcome = await RawConnection.open(server.port);
    await welcome.send(head(...lines, `Content-Length: ${body.length}`));
    await welcome.until(/^HTTP\/1\.1 100 Continue/);
    await welcome.send(body);
    expect((await welcome.answer()).status).toBe(400);
    welcome.close();
  });

  test('what is no HTTP gets the envelope too', async () => {
    const connection = await RawConnection.open(server.port);
    await connection.send('NONSENSE\r\n\r\n');
    const { status, body } = await connection.answer();
    expectErrorText(status, body, { status: 400, code: 'INVALID_INPUT', message: 'This is not a valid HTTP request' });
    const large = await RawConnection.open(server.port);
    await large.send(`GET /health HTTP/1.1\r\nHost: a\r\nX-Large: ${'a'.repeat(40_000)}\r\n\r\n`);
    const answer = await large.answer();
    expectErrorText(answer.status, answer.body, { status: 431, code: 'HEADERS_TOO_LARGE', message: /too large/ });
  });
});
