import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectError } from '../support/expect-error.js';
import { RawConnection } from '../support/raw-http.js';
import { TestServer } from '../support/server.js';

describe('routes', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  test.each([
    '/nothing',
    '/v1',
    '/v1/images',
    '/v1/images/edits/x/y',
    '/.env',
    '/docs/../.env',
    '/%2e%2e/package.json',
  ])('%s is not found', async (path) => {
    await expectError(await fetch(server.url + path), {
      status: 404,
      code: 'NOT_FOUND',
      message: 'There is nothing at this path',
      param: null,
    });
  });

  test.each([
    ['GET', '/v1/images/edits', 'POST'],
    ['PUT', '/v1/images/edits', 'POST'],
    ['OPTIONS', '/v1/images/edits', 'POST'],
    ['POST', '/health', 'GET, HEAD'],
    ['DELETE', '/v1/models', 'GET, HEAD'],
  ])('%s %s is not allowed', async (method, path, allowed) => {
    const response = await fetch(server.url + path, { method });
    expect(response.headers.get('allow')).toBe(allowed);
    await expectError(response, {
      status: 405,
      code: 'METHOD_NOT_ALLOWED',
      message: `${method} is not allowed here; allowed: ${allowed}`,
      param: null,
    });
  });

  test('an address that can’t be decoded', async () => {
    const connection = await RawConnection.open(server.port);
    await connection.send('GET /%E0%A4%A HTTP/1.1\r\nHost: a\r\n\r\n');
    const { status, body } = await connection.answer();
    connection.close();
    expect([400, 404]).toContain(status);
    expect(Object.keys(JSON.parse(body) as object)).toEqual(['detail', 'error']);
  });

  test('every answer carries a request id: the caller’s if it is sane, else a fresh one', async () => {
    const idOf = async (id: string): Promise<string | null> =>
      (await fetch(`${server.url}/health`, { headers: { 'x-request-id': id } })).headers.get('x-request-id');
    expect(await idOf('trace-1.a_B')).toBe('trace-1.a_B');
    for (const id of ['', 'a b', '<script>', 'a'.repeat(129)]) expect(await idOf(id)).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('answers don’t say what they are made with, and are neither cached nor framed', async () => {
    const { headers } = await fetch(`${server.url}/health`);
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('server')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });
});
