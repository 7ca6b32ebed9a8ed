import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { goodForm, postEdit } from '../support/edit-form.js';
import { expectError } from '../support/expect-error.js';
import { TestServer } from '../support/server.js';

const KEY = 'k:e y:ü✓';
const REQUIRED = { status: 401, code: 'UNAUTHORIZED', message: 'Credentials are required', param: null };
const WRONG = { ...REQUIRED, message: 'Invalid username or password' };

const basic = (credentials: string): string => `Basic ${Buffer.from(credentials).toString('base64')}`;
/** fetch takes header values as Latin-1: these are the UTF-8 bytes. */
const utf8 = (text: string): string => Buffer.from(text).toString('latin1');

describe('authentication', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ env: { API_KEY: KEY } });
  });
  afterAll(() => server.stop());

  const models = (authorization?: string): Promise<Response> =>
    fetch(`${server.url}/v1/models`, authorization === undefined ? {} : { headers: { authorization } });

  test.each([
    ['Basic with a user', basic(`someone:${KEY}`)],
    ['Basic without a user', basic(`:${KEY}`)],
    ['Basic in lower case', basic(`a:${KEY}`).replace('Basic', 'basic')],
    ['Bearer', utf8(`Bearer ${KEY}`)],
  ])('%s lets in', async (_name, authorization) => {
    expect((await models(authorization)).status).toBe(200);
  });

  test.each([
    ['a wrong password', basic('user:wrong')],
    ['a part of the key', basic(`user:${KEY.slice(0, -1)}`)],
    ['the part before its colon', basic('user:k')],
    ['a longer password', basic(`user:${KEY}x`)],
    ['the key as user', basic(`${KEY}:`)],
    ['no colon', basic('nothing')],
    ['no credentials', 'Basic'],
    ['no base64', 'Basic ???'],
    ['a wrong token', 'Bearer wrong'],
    ['an empty token', 'Bearer '],
    ['another scheme', 'Digest username="user"'],
  ])('%s is refused', async (_name, authorization) => {
    const response = await models(authorization);
    expect(response.headers.get('www-authenticate')).toBe(
      'Basic realm="qwen-image-edit", charset="UTF-8", Bearer realm="qwen-image-edit"',
    );
    await expectError(response, WRONG);
  });

  test('without a header credentials are asked for, on every route of the API', async () => {
    await expectError(await models(), REQUIRED);
    await expectError(await postEdit(server.url, goodForm()), REQUIRED);
    await expectError(await fetch(`${server.url}/openapi.json`), REQUIRED);
    await expectError(await fetch(`${server.url}/docs`), REQUIRED);
  });

  test.each(['/v1/models', '/v1/images/edits', '/openapi.json', '/docs'])(
    '%s tells right and wrong alike',
    async (path) => {
      const method = path === '/v1/images/edits' ? 'POST' : 'GET';
      const ask = (authorization: string): Promise<Response> =>
        fetch(`${server.url}${path}`, { method, headers: { authorization } });
      // An edit without a body is let in, and refused for that.
      const letIn = method === 'POST' ? 415 : 200;
      for (const right of [basic(`:${KEY}`), basic(`a:${KEY}`), utf8(`Bearer ${KEY}`)]) {
        expect((await ask(right)).status).toBe(letIn);
      }
      for (const wrong of [
        basic('user:k'),
        basic(`${KEY}:`),
        basic(':'),
        'Basic ???',
        'Bearer wrong',
        'Bearer ',
        'Digest a="b"',
      ]) {
        await expectError(await ask(wrong), WRONG);
      }
    },
  );

  test('a key in the address is no key', async () => {
    await expectError(await fetch(`${server.url}/v1/models?access_token=${encodeURIComponent(KEY)}`), REQUIRED);
  });

  test('/health and /ready are open', async () => {
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    expect((await fetch(`${server.url}/ready`)).status).toBe(200);
  });

  test('OpenAPI tells which routes need the key, and in which forms', async () => {
    const response = await fetch(`${server.url}/openapi.json`, { headers: { authorization: basic(`:${KEY}`) } });
    const { paths, security, components } = (await response.json()) as {
      readonly paths: Record<string, Record<string, { readonly security?: readonly object[] }>>;
      readonly security: readonly object[];
      readonly components: { readonly securitySchemes: object };
    };
    expect(components.securitySchemes).toMatchObject({
      basic: { type: 'http', scheme: 'basic' },
      bearer: { type: 'http', scheme: 'bearer' },
    });
    expect(security).toEqual([{ basic: [] }, { bearer: [] }]);
    for (const [path, methods] of Object.entries(paths)) {
      const open = Object.values(methods).map((operation) => operation.security);
      expect([path, ...new Set(open)]).toEqual([path, path.startsWith('/v1/') ? undefined : [{}]]);
    }
  });

  test('the key opens an edit, and is nowhere in the log', async () => {
    const response = await postEdit(server.url, goodForm(), { authorization: basic(`user:${KEY}`) });
    expect(response.status).toBe(200);
    await response.text();
    await server.until(() =>
      /id=\S+ method=POST path=\/v1\/images\/edits status=200 in=\d+ out=\d+ ms=[\d.]+/.test(server.log),
    );
    expect(server.log).not.toContain(KEY);
    expect(server.log).not.toContain('make it blue');
  });
});
