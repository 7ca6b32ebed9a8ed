import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectError } from '../support/expect-error.js';
import { TestServer } from '../support/server.js';

describe('the page’s files', () => {
  let server: TestServer;
  let html: string;
  beforeAll(async () => {
    server = await TestServer.start({ env: { API_KEY: 'key' }, untilReady: false });
    html = await (await fetch(server.url)).text();
  });
  afterAll(() => server.stop());

  const links = (): string[] =>
    [...html.matchAll(/(?:href|src|value)="(playground\/[^"]+)"/g)].map(([, path = '']) => path);

  test('are open without the key and while the model loads', async () => {
    expect(links().length).toBeGreaterThanOrEqual(4);
    for (const path of links()) {
      const response = await fetch(`${server.url}/${path}`);
      expect([path, response.status]).toEqual([path, 200]);
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      const plain = await fetch(`${server.url}/${path}`, { headers: { 'accept-encoding': 'identity' } });
      const body = await plain.arrayBuffer();
      expect(Number(plain.headers.get('content-length'))).toBe(body.byteLength);
      expect(Buffer.from(await response.arrayBuffer()).equals(Buffer.from(body))).toBe(true);
      const isText = !path.endsWith('.jpg');
      expect(response.headers.get('content-encoding')).toBe(isText ? 'gzip' : null);
      expect(plain.headers.get('content-encoding')).toBe(null);
    }
  });

  test('have their media types', async () => {
    const types = new Map<string, string | null>();
    for (const path of links()) {
      types.set(path.replace(/^.*\./, ''), (await fetch(`${server.url}/${path}`)).headers.get('content-type'));
    }
    expect(Object.fromEntries(types)).toEqual({
      css: 'text/css; charset=utf-8',
      jpg: 'image/jpeg',
      js: 'text/javascript; charset=utf-8',
      svg: 'image/svg+xml',
    });
  });

  test('the page allows nothing but what it brings itself', async () => {
    const { headers } = await fetch(server.url);
    const policy = headers.get('content-security-policy')?.split('; ') ?? [];
    expect(policy).toEqual(expect.arrayContaining(["default-src 'none'", "script-src 'self'", "style-src 'self'"]));
    expect(policy).toEqual(expect.arrayContaining(["connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]));
    expect(policy.join()).not.toMatch(/unsafe|http|\*/);
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style|style="| on\w+="|https?:/);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  });

  test('the page is asked for again every time, and sent again only when it has changed', async () => {
    const { headers } = await fetch(server.url);
    expect(headers.get('cache-control')).toBe('no-cache');
    const again = await fetch(server.url, { headers: { 'if-none-match': headers.get('etag') ?? '' } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    const head = await fetch(server.url, { method: 'HEAD', headers: { 'accept-encoding': 'identity' } });
    expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(html)));
  });

  test.each([
    ['another version', (path: string) => path.replace(/playground\/\w+/, 'playground/0123456789abcdef')],
    ['a source map', (path: string) => path.replace(/[^/]+$/, 'main.js.map')],
    ['a folder', (path: string) => path.replace(/[^/]+$/, '')],
    ['a file outside', (path: string) => path.replace(/client\/.*$/, 'client/..%2f..%2fmain.js')],
    ['no version', () => 'playground/client/main.js'],
  ])('%s is not found', async (_name, change) => {
    const main = links().find((path) => path.endsWith('client/main.js')) ?? '';
    await expectError(await fetch(`${server.url}/${change(main)}`), {
      status: 404,
      code: 'NOT_FOUND',
      message: 'There is nothing at this path',
      param: null,
    });
  });

  test('scripts that ask without the key are not challenged for Basic, whose dialog the browser would bring up', async () => {
    for (const path of ['v1/models', 'openapi.json']) {
      const { status, headers } = await fetch(`${server.url}/${path}`, { headers: { 'x-requested-with': 'fetch' } });
      expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="qwen-image-edit"']);
    }
  });
});
