import { describe, expect, test } from '@jest/globals';
import { form, GOOD_PICTURE, goodForm, postEdit } from '../../support/edit-form.js';
import { allEvents } from '../../support/event-stream.js';
import { expectError } from '../../support/expect-error.js';
import { deleteJob, ENDLESS, jobRuns, submitJob } from '../../support/jobs.js';
import { sharedServer } from '../../support/shared-server.js';

const LISTED = 'https://app.example.com';
const ELSEWHERE = 'https://elsewhere.example';
const KEY = 'the-key';

type Headers = Readonly<Record<string, string>>;

function preflight(url: string, origin: string): Promise<Response> {
  const headers = { origin, 'access-control-request-method': 'POST' };
  return fetch(`${url}/v1/images/edits`, { method: 'OPTIONS', headers });
}

const listOf = (response: Response, name: string): string[] =>
  (response.headers.get(name) ?? '').split(',').map((item) => item.trim().toLowerCase());

/** What a browser looks at before it lets a page of LISTED read an answer. */
function expectReadable({ headers }: Response): void {
  expect(headers.get('access-control-allow-origin')).toBe(LISTED);
  expect(headers.get('vary')).toBe('Origin');
  expect(headers.get('access-control-allow-credentials')).toBeNull();
}

function expectRefused(response: Response, origin: string): Promise<void> {
  return expectError(response, {
    status: 403,
    code: 'FORBIDDEN',
    message: `A page of ${origin} may not use this service: list its origin in CORS_ORIGINS`,
    param: null,
  });
}

describe('CORS_ORIGINS with a list', () => {
  const shared = sharedServer({
    env: { CORS_ORIGINS: `${LISTED}, http://localhost:3000`, QUEUE_LIMIT: '1', MAX_FILES: '2' },
  });
  const headers: Headers = { origin: LISTED };

  test('a preflight of a listed page', async () => {
    const response = await preflight(shared.url, LISTED);
    expect(response.status).toBe(204);
    expectReadable(response);
    expect(listOf(response, 'access-control-allow-methods')).toEqual(expect.arrayContaining(['get', 'post', 'delete']));
    expect(listOf(response, 'access-control-allow-headers')).toEqual(
      expect.arrayContaining(['authorization', 'content-type', 'idempotency-key', 'prefer', 'last-event-id']),
    );
    expect((await preflight(shared.url, 'http://localhost:3000')).headers.get('access-control-allow-origin')).toBe(
      'http://localhost:3000',
    );
  });

  test.each([ELSEWHERE, 'http://app.example.com', 'https://app.example.com:8443', 'null'])(
    'a preflight of %s, which is not listed, allows nothing',
    async (origin) => {
      const response = await preflight(shared.url, origin);
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      expect(response.headers.get('vary')).toBe('Origin');
    },
  );

  test('caches are told that answers differ by origin, also in an answer without one', async () => {
    const response = await fetch(`${shared.url}/health`);
    expect(response.headers.get('vary')).toBe('Origin');
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('an OPTIONS that is no preflight is not allowed, as anywhere', async () => {
    expect((await fetch(`${shared.url}/v1/models`, { method: 'OPTIONS', headers })).status).toBe(405);
  });

  test('an edit, its headers and a stream', async () => {
    const response = await postEdit(shared.url, goodForm(), headers);
    expect(response.status).toBe(200);
    expectReadable(response);
    expect(listOf(response, 'access-control-expose-headers')).toEqual(
      expect.arrayContaining([
        'x-request-id',
        'server-timing',
        'location',
        'preference-applied',
        'retry-after',
        'x-should-retry',
        'x-seed',
        'x-loras',
        'x-warnings',
      ]),
    );
    await response.text();
    const stream = await postEdit(shared.url, goodForm({ stream: 'true' }), headers);
    expectReadable(stream);
    expect((await allEvents(stream)).at(-1)?.name).toBe('image_edit.completed');
  });

  test('errors: 400, 404, 405, 413, 415, 429 and 503', async () => {
    const ask = (method: string, path: string): Promise<Response> => fetch(shared.url + path, { method, headers });
    const expectStatus = async (status: number, answer: Promise<Response>): Promise<void> => {
      const response = await answer;
      expect(response.status).toBe(status);
      expectReadable(response);
      await response.text();
    };
    await expectStatus(400, postEdit(shared.url, goodForm({ prompt: '' }), headers));
    await expectStatus(404, ask('GET', '/nothing'));
    await expectStatus(405, ask('DELETE', '/v1/models'));
    const three = form({ images: [GOOD_PICTURE, GOOD_PICTURE, GOOD_PICTURE], prompt: 'a' });
    await expectStatus(413, postEdit(shared.url, three, headers));
    await expectStatus(415, ask('POST', '/v1/images/edits'));

    const two = { ...ENDLESS, images: [GOOD_PICTURE, GOOD_PICTURE] };
    const running = await submitJob(shared.url, two);
    await jobRuns(shared.url, running.id);
    const waiting = await submitJob(shared.url, two);
    await expectStatus(429, postEdit(shared.url, goodForm(), headers));
    for (const { id } of [waiting, running]) await deleteJob(shared.url, id);

    await shared.server.stopNextEngine();
    await expectStatus(503, postEdit(shared.url, goodForm(), headers));
    process.kill(shared.server.enginePid, 'SIGCONT');
    await shared.server.untilReady();
  });

  test('a form posted by a page that is not listed is refused', async () => {
    await expectRefused(await postEdit(shared.url, goodForm(), { origin: ELSEWHERE }), ELSEWHERE);
  });
});

describe('CORS_ORIGINS=* and a key', () => {
  const shared = sharedServer({ env: { CORS_ORIGINS: '*', API_KEY: KEY } });

  test('a preflight needs no key, and credentials that a browser keeps are never asked for', async () => {
    const response = await preflight(shared.url, ELSEWHERE);
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  });

  test('401 is readable, and with the key an edit is made', async () => {
    const refused = await postEdit(shared.url, goodForm(), { origin: ELSEWHERE });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('access-control-allow-origin')).toBe('*');
    expect(listOf(refused, 'access-control-expose-headers')).toContain('www-authenticate');
    const served = await postEdit(shared.url, goodForm(), { origin: 'null', authorization: `Bearer ${KEY}` });
    expect(served.status).toBe(200);
    expect(served.headers.get('access-control-allow-origin')).toBe('*');
  });
});

describe('without CORS_ORIGINS and without a key', () => {
  const shared = sharedServer();

  test('no answer lets another page read it', async () => {
    const response = await fetch(`${shared.url}/health`, { headers: { origin: ELSEWHERE } });
    expect([...response.headers.keys()].filter((name) => /^(access-control|vary)/.test(name))).toEqual([]);
    expect((await preflight(shared.url, ELSEWHERE)).status).toBe(405);
  });

  test.each([ELSEWHERE, 'null', 'http://127.0.0.1', 'http://127.0.0.1:1', 'nonsense', `${ELSEWHERE}, ${LISTED}`])(
    'a form posted by a page of %s is refused before it is read',
    async (origin) => {
      await expectRefused(await postEdit(shared.url, goodForm(), { origin }), origin);
    },
  );

  test.each<readonly [string, (port: string) => Headers]>([
    ['the service’s own page', (port) => ({ origin: `http://127.0.0.1:${port}` })],
    ['the same behind a proxy', () => ({ origin: LISTED, 'x-forwarded-host': 'app.example.com' })],
    [
      'the same with the port that the scheme has',
      () => ({ origin: LISTED, 'x-forwarded-host': 'App.example.com:443' }),
    ],
    ['the same behind two proxies', () => ({ origin: LISTED, 'x-forwarded-host': 'app.example.com, inner:8000' })],
    ['a program, which has no origin', () => ({})],
  ])('a form posted by %s is served', async (_name, headersFor) => {
    const response = await postEdit(shared.url, goodForm(), headersFor(String(shared.server.port)));
    expect(response.status).toBe(200);
    await response.text();
  });
});

describe('without CORS_ORIGINS, with a key', () => {
  const shared = sharedServer({ env: { API_KEY: KEY } });

  test('the key decides, not the page', async () => {
    const headers = { origin: ELSEWHERE };
    expect((await postEdit(shared.url, goodForm(), headers)).status).toBe(401);
    expect((await postEdit(shared.url, goodForm(), { ...headers, authorization: `Bearer ${KEY}` })).status).toBe(200);
  });

  test('a key that the browser adds by itself is of use to pages of the service alone', async () => {
    const authorization = `Basic ${Buffer.from(`any:${KEY}`).toString('base64')}`;
    await expectRefused(await postEdit(shared.url, goodForm(), { origin: ELSEWHERE, authorization }), ELSEWHERE);
    expect((await postEdit(shared.url, goodForm(), { origin: shared.url, authorization })).status).toBe(200);
    expect((await postEdit(shared.url, goodForm(), { authorization })).status).toBe(200);
  });
});
