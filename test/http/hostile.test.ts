import { describe, expect, test } from '@jest/globals';
import { goodForm, postEdit } from '../support/edit-form.js';
import { allEvents } from '../support/event-stream.js';
import { expectError, expectErrorText, type ExpectedError } from '../support/expect-error.js';
import { deleteJob, ENDLESS, jobEnds, jobRuns, submitJob } from '../support/jobs.js';
import { RawConnection } from '../support/raw-http.js';
import { sharedServer } from '../support/shared-server.js';

const NO_HTTP: ExpectedError = { status: 400, code: 'INVALID_INPUT', message: 'This is not a valid HTTP request' };
const HOST_FAULT: ExpectedError = {
  status: 400,
  code: 'INVALID_INPUT',
  message: 'The request must carry the header Host once',
  param: null,
};

describe('requests that try what they may do', () => {
  const service = sharedServer({ env: { SHUTDOWN_GRACE_SECONDS: '0', QUEUE_LIMIT: '1' } });

  const raw = async (text: string | Buffer): Promise<{ status: number; headers: string; body: string }> => {
    const connection = await RawConnection.open(service.server.port);
    await connection.send(text);
    const answer = await connection.answer();
    connection.close();
    return answer;
  };
  const lines = (...all: readonly string[]): string => [...all, '', ''].join('\r\n');
  const POST = 'POST /v1/images/edits HTTP/1.1';
  const FORM = 'Content-Type: multipart/form-data; boundary=x';

  test.each([
    ['two lengths', ['Content-Length: 5', 'Content-Length: 6']],
    ['a length and chunks', ['Content-Length: 5', 'Transfer-Encoding: chunked']],
    ['a length that is none', ['Content-Length: 0x10']],
    ['a negative length', ['Content-Length: -1']],
    ['a space before the colon', ['Transfer-Encoding : chunked']],
    ['a header over two lines', ['X-A: 1', ' X-B: 2', 'Content-Length: 0\r']],
    ['a null byte in a header', ['X-A: a\0b']],
  ])('%s: no request at all', async (_name, headers) => {
    const { status, body } = await raw(lines(POST, 'Host: a', FORM, ...headers));
    expectErrorText(status, body, NO_HTTP);
  });

  test.each([
    ['none', []],
    ['two', ['Host: a', 'Host: b']],
  ])('the header Host: %s', async (_name, hosts) => {
    const { status, headers, body } = await raw(lines('GET /health HTTP/1.1', ...hosts));
    expectErrorText(status, body, HOST_FAULT);
    expect(headers).toMatch(/^x-request-id: /im);
  });

  test('HTTP/1.0 needs none', async () => {
    expect((await raw(lines('GET /health HTTP/1.0'))).status).toBe(200);
  });

  test.each(['PROPFIND', 'TRACE', 'QUERY', 'PATCH', 'HEAD', 'OPTIONS'])('%s is not allowed', async (method) => {
    const { status, headers, body } = await raw(
      lines(`${method} /v1/images/edits HTTP/1.1`, 'Host: a', 'Connection: close'),
    );
    expect(status).toBe(405);
    expect(headers).toMatch(/^allow: POST$/im);
    if (method !== 'HEAD') expect(JSON.parse(body)).toMatchObject({ error: { code: 'METHOD_NOT_ALLOWED' } });
  });

  test('a method that is none', async () => {
    const { status, body } = await raw(lines('BREW /v1/images/edits HTTP/1.1', 'Host: a'));
    expectErrorText(status, body, NO_HTTP);
  });

  test.each([
    '..%2f..%2fetc%2fpasswd',
    '%00',
    '..%5c..',
    'a%2fevents',
    '%252e%252e',
    "'%20or%201=1",
    'constructor',
    '__proto__',
  ])('a job called %s', async (id) => {
    for (const path of [id, `${id}/events`]) {
      const { status, body } = await raw(
        lines(`GET /v1/images/edits/${path} HTTP/1.1`, 'Host: a', 'Connection: close'),
      );
      expectErrorText(status, body, {
        status: 404,
        code: 'NOT_FOUND',
        message: 'There is no such job, or not any more',
      });
    }
  });

  test.each([
    ['n', ' 5 '],
    ['n', '5\n'],
    ['n', '+5'],
    ['n', '٣'],
    ['n', '1e0'],
    ['num_inference_steps', '0x10'],
    ['num_inference_steps', '99999999999999999999'],
    ['true_cfg_scale', '1e309'],
    ['true_cfg_scale', '1e39'],
    ['true_cfg_scale', 'Infinity'],
    ['true_cfg_scale', '-0.1'],
    ['true_cfg_scale', '1,5'],
    ['size', '0x64'],
    ['size', '64x64x64'],
    ['size', '1e3x1e3'],
    ['seed', '4294967296'],
    ['seed', '1.0'],
    ['output_compression', '101'],
    ['partial_images', '4'],
    ['stream', 'TRUE'],
    ['progress', '01'],
    ['max_sequence_length', '1025'],
    ['output_format', 'PNG'],
  ])('%s=%j is refused by name', async (field, value) => {
    const response = await postEdit(service.url, goodForm({ [field]: value }));
    await expectError(response, { status: 400, code: 'INVALID_INPUT', message: /./, param: field });
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'context'])(
    'a field called %s is unknown',
    async (name) => {
      await expectError(await postEdit(service.url, goodForm({ [name]: 'a' })), {
        status: 400,
        code: 'INVALID_INPUT',
        message: `Unknown field: ${name}`,
        param: name,
      });
    },
  );

  test.each(['\0', 'a\0b', '\u202e\u0007', '😀'.repeat(20)])(
    'a prompt of odd characters (%j) is a prompt',
    async (prompt) => {
      const response = await postEdit(service.url, goodForm({ prompt }));
      expect(response.status).toBe(200);
      await response.text();
    },
  );

  test.each(['prompt', 'negative_prompt'])('bytes that are no text in %s', async (name) => {
    const text = ([field, value]: readonly [string, string]): string =>
      `--x\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n${value}\r\n`;
    const file = '--x\r\nContent-Disposition: form-data; name="images"; filename="a.png"\r\n\r\n-\r\n';
    const texts = Object.entries({ prompt: 'a', [name]: 'a\xff\xfeb' }).map(text);
    const body = `${file}${texts.join('')}--x--\r\n`;
    const head = lines(POST, 'Host: a', FORM, `Content-Length: ${body.length}`);
    const answer = await raw(Buffer.from(head + body, 'latin1'));
    expectErrorText(answer.status, answer.body, {
      status: 400,
      code: 'INVALID_INPUT',
      message: `${name} must be UTF-8 text: it holds bytes that are none`,
      param: name,
    });
  });

  test('a multipart body inside a part is a text like any other', async () => {
    const inner = '--y\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nb\r\n--y--';
    const body = `--x\r\nContent-Disposition: form-data; name="images"\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n${inner}\r\n--x--\r\n`;
    const answer = await raw(lines(POST, 'Host: a', FORM, `Content-Length: ${body.length}`) + body);
    expectErrorText(answer.status, answer.body, {
      status: 400,
      code: 'INVALID_INPUT',
      message: 'images must be a file, not text',
    });
  });

  test('a client that asks first while the queue is full is not told to go on', async () => {
    const running = await submitJob(service.url, ENDLESS);
    await jobRuns(service.url, running.id);
    const waiting = await submitJob(service.url);
    const connection = await RawConnection.open(service.server.port);
    await connection.send(lines(POST, 'Host: a', FORM, 'Expect: 100-continue', 'Content-Length: 100000000'));
    await connection.until(/"code":"QUEUE_FULL"/);
    expect(connection.text).toMatch(/^HTTP\/1\.1 429 /);
    expect(connection.text).not.toContain('HTTP/1.1 100');
    connection.close();
    await deleteJob(service.url, running.id);
    await jobEnds(service.url, waiting.id);
  });

  test('requests sent without waiting for answers are answered in order', async () => {
    const connection = await RawConnection.open(service.server.port);
    const get = (path: string): string => lines(`GET ${path} HTTP/1.1`, 'Host: a');
    const bad = `${lines(POST, 'Host: a', 'Content-Type: text/plain', 'Content-Length: 5')}hello`;
    await connection.send(get('/health') + bad + get('/nothing') + get('/health'));
    await connection.until(/(HTTP\/1\.1 [\s\S]*){4}"status":"healthy"/);
    expect([...connection.text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
      '200',
      '415',
      '404',
      '200',
    ]);
    connection.close();
  });

  test('nonsense on a connection whose answer is under way ends it, and is not answered into its middle', async () => {
    const { id } = await submitJob(service.url, { ...ENDLESS, progress: 'true' });
    await jobRuns(service.url, id);
    const connection = await RawConnection.open(service.server.port);
    await connection.send(lines(`GET /v1/images/edits/${id}/events HTTP/1.1`, 'Host: a'));
    await connection.until(/image_edit\.progress/);
    await connection.send('NONSENSE\r\n\r\n');
    while (!connection.isClosed) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(connection.text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    await deleteJob(service.url, id);
    const events = await allEvents(await fetch(`${service.url}/v1/images/edits/${id}/events`));
    expect(events.at(-1)?.name).toBe('error');
  });
});
