import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { newProfile } from '../../support/browser.js';
import { GOOD_PICTURE } from '../../support/edit-form.js';
import { PageTests } from '../../support/page-tests.js';

jest.setTimeout(300_000);

const KEY = 'the-key';

/** What a page of another host has, as an app in a browser does: OpenAI's package, and what it sends in a test. */
const SCRIPT = `
  import OpenAI from 'openai';
  const picture = new File([Uint8Array.from(atob('${GOOD_PICTURE.toString('base64')}'), (c) => c.charCodeAt(0))], 'a.png');
  const form = (fields) => {
    const data = new FormData();
    for (const [name, value] of Object.entries({ images: picture, prompt: 'make it blue', ...fields })) data.append(name, value);
    return data;
  };
  window.post = async (url, fields, headers) => {
    const response = await fetch(url + '/v1/images/edits', { method: 'POST', body: form(fields), headers });
    return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
  };
  window.sendForm = (url) => {
    const target = Object.assign(document.body.appendChild(document.createElement('form')), {
      action: url + '/v1/images/edits', method: 'post', enctype: 'multipart/form-data',
    });
    const files = new DataTransfer();
    files.items.add(picture);
    const file = Object.assign(document.createElement('input'), { type: 'file', name: 'images' });
    file.files = files.files;
    target.append(file, Object.assign(document.createElement('input'), { name: 'prompt', value: 'make it blue' }));
    target.submit();
  };
  window.editByPackage = async (url, apiKey) => {
    const client = new OpenAI({ baseURL: url + '/v1', apiKey, dangerouslyAllowBrowser: true, maxRetries: 0 });
    const { data } = await client.images.edit({ image: picture, prompt: 'make it blue' });
    const types = [];
    const stream = await client.images.edit({ image: picture, prompt: 'make it blue', stream: true });
    for await (const { type } of stream) types.push(type);
    return { results: data.length, types, model: (await client.models.retrieve('tiny-plain')).id };
  };
`;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

describe('a page of another host, in a browser', () => {
  const tests = new PageTests();
  let host: Server;
  let origin: string;
  beforeAll(async () => {
    const { outputFiles } = await build({
      stdin: { contents: SCRIPT, resolveDir: import.meta.dirname },
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'esm',
      target: 'es2022',
    });
    const script = outputFiles[0]?.text ?? '';
    host = createServer((request, response) => {
      const isScript = request.url === '/app.js';
      response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
      response.end(isScript ? script : '<!doctype html><body><script type="module" src="/app.js"></script>');
    }).listen(0, '127.0.0.1');
    await once(host, 'listening');
    origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  });
  afterAll(() => void host.close());

  const open = async (): Promise<Page> => {
    const context = await newProfile(tests.browser);
    const page = await context.newPage();
    await page.goto(origin);
    await page.waitForFunction('window.editByPackage !== undefined');
    return page;
  };

  const post = (page: Page, ...parameters: readonly [string, object?, object?]): Promise<Answer> =>
    page.evaluate<Answer>(`post(${parameters.map((value) => JSON.stringify(value)).join(', ')})`);

  test('that is listed edits with the key, reads headers, streams and errors, and uses OpenAI’s package', async () => {
    const { url } = await tests.serve({ env: { API_KEY: KEY, CORS_ORIGINS: origin } });
    const page = await open();
    const key = { Authorization: `Bearer ${KEY}` };
    const edited = await post(page, url, {}, { ...key, 'X-Request-Id': 'from-a-page' });
    expect(edited.status).toBe(200);
    expect(edited.headers).toMatchObject({
      'x-request-id': 'from-a-page',
      'server-timing': expect.stringContaining('denoise') as unknown,
    });
    const job = await post(page, url, {}, { ...key, Prefer: 'respond-async', 'Idempotency-Key': 'once' });
    expect([job.status, job.headers['preference-applied']]).toEqual([202, 'respond-async']);
    expect((await post(page, url, { stream: 'true' }, key)).text).toContain('event: image_edit.completed');
    expect(await post(page, url)).toMatchObject({
      status: 401,
      text: expect.stringContaining('Credentials are required') as unknown,
    });
    expect(await page.evaluate(`editByPackage(${JSON.stringify(url)}, ${JSON.stringify(KEY)})`)).toEqual({
      results: 1,
      types: ['image_edit.completed'],
      model: 'tiny-plain',
    });
    await page.context().close();
  });

  test('that is not listed reads nothing, and its form makes no edit where there is no key', async () => {
    const server = await tests.serve({ env: { CORS_ORIGINS: 'https://app.example.com' } });
    const page = await open();
    await expect(post(page, server.url)).rejects.toThrow('Failed to fetch');
    await page.evaluate(`sendForm(${JSON.stringify(server.url)})`);
    await page.getByText('may not use this service').waitFor();
    expect(await page.textContent('body')).toContain(`A page of ${origin} may not use this service`);
    expect(server.log.match(/method=POST path=\/v1\/images\/edits status=403 code=FORBIDDEN/g)).toHaveLength(2);
    expect(server.log).not.toContain('status=200');
    await page.context().close();
  });
});
