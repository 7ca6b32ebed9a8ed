import http, { type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { FileBlocks } from '../../../../src/edits/fields/file-blocks.js';
import type { FormFile } from '../../../../src/edits/fields/form-input.js';
import { internetRules } from '../../../../src/edits/http/remote/fetch-rules.js';
import { RemotePictures } from '../../../../src/edits/http/remote/remote-pictures.service.js';
import { GOOD_PICTURE } from '../../../support/edit-form.js';
import { dataUrl, goodJson, postJson } from '../../../support/edit-json.js';
import { expectError } from '../../../support/expect-error.js';
import { TestServer } from '../../../support/server.js';

const HOST = 'pictures.example';
const GOING_ON = new AbortController().signal;

/** Of a form whose pictures are yet to be fetched. */
describe('pictures that are fetched', () => {
  let server: http.Server;
  let open = 0;
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** The service's own part, for which the name stands for a server of the test. */
  const remotePictures = async (listener: RequestListener): Promise<RemotePictures> => {
    server = http.createServer(listener);
    server.on('connection', (socket) => {
      open += 1;
      socket.once('close', () => (open -= 1));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const rules = {
      ...internetRules([HOST]),
      isAllowedPort: (candidate: number) => candidate === port,
      isAllowedAddress: (address: string) => address === '127.0.0.1',
      resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
    };
    return new RemotePictures(rules, { maxFileBytes: 1024 * 1024 });
  };
  const files = (remote: RemotePictures, ...paths: readonly string[]): FormFile[] => {
    const { port } = server.address() as AddressInfo;
    return paths.map((path, index) => ({
      field: 'image',
      place: `images[${index}].image_url`,
      content: new FileBlocks(),
      url: remote.check(`http://${HOST}:${port}${path}`),
    }));
  };
  const held = {
    bytes: 0,
    add: (bytes: number) => void (held.bytes += bytes),
    remove: () => undefined,
    during: <T>(work: Promise<T>) => work,
    release: () => undefined,
  };

  test('all at once, each into its own file, and counted', async () => {
    const waiting: { readonly url: string; readonly response: http.ServerResponse }[] = [];
    // None is answered before all were asked for.
    const remote = await remotePictures(({ url = '' }, response) => {
      waiting.push({ url, response });
      if (waiting.length === 3) for (const one of waiting) one.response.end(one.url.repeat(1000));
    });
    const wanted = files(remote, '/a', '/bc', '/def');
    const sent = { field: 'image', content: FileBlocks.of(GOOD_PICTURE) };
    held.bytes = 0;
    await remote.fetch([...wanted, sent], held, GOING_ON);
    expect(wanted.map(({ content }) => Buffer.concat(content.blocks).toString())).toEqual(
      ['/a', '/bc', '/def'].map((text) => text.repeat(1000)),
    );
    expect(held.bytes).toBe(9000);
    expect(Buffer.concat(sent.content.blocks).equals(GOOD_PICTURE)).toBe(true);
  });

  test('one at fault ends the others, and is named', async () => {
    const remote = await remotePictures(({ url }, response) => {
      if (url === '/bad') response.writeHead(404).end();
    });
    await expect(remote.fetch(files(remote, '/slow', '/bad'), held, GOING_ON)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'images[1].image_url was answered with status 404',
      param: 'images[1].image_url',
    });
    while (open > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  test('one that is too large', async () => {
    const remote = await remotePictures((_request, response) => response.end(Buffer.alloc(1024 * 1024 + 1)));
    await expect(remote.fetch(files(remote, '/'), held, GOING_ON)).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: 'images[0].image_url is larger than 1 MB (MAX_FILE_MB)',
      param: 'images[0].image_url',
    });
  });

  test('when no more can be held, that is the answer', async () => {
    const remote = await remotePictures((_request, response) => response.end('a'));
    const full = new Error('full');
    const add = (): never => {
      throw full;
    };
    await expect(remote.fetch(files(remote, '/'), { ...held, add }, GOING_ON)).rejects.toBe(full);
  });

  test('a client that goes away ends it', async () => {
    const gone = new AbortController();
    const remote = await remotePictures(() => setTimeout(() => gone.abort(), 50));
    await expect(remote.fetch(files(remote, '/'), held, gone.signal)).rejects.toMatchObject({ kind: 'cancelled' });
    while (open > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  test('after ten seconds it is given up', async () => {
    const remote = await remotePictures((_request, response) => {
      const timer = setInterval(() => response.write('a'), 500);
      response.once('close', () => clearInterval(timer));
    });
    const startedAt = performance.now();
    await expect(remote.fetch(files(remote, '/'), held, GOING_ON)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'images[0].image_url could not be fetched within 10 seconds',
    });
    expect(performance.now() - startedAt).toBeGreaterThan(9500);
    while (open > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  });
});

describe('a service that fetches from this machine’s own name', () => {
  let server: TestServer;
  let inside: http.Server;
  let connections = 0;
  beforeAll(async () => {
    server = await TestServer.start({ env: { IMAGE_URL_HOSTS: 'localhost, *.pictures.example' } });
    inside = http.createServer((_request, response) => response.end('secret'));
    inside.on('connection', () => (connections += 1));
    await new Promise<void>((resolve, reject) => {
      inside.once('error', reject);
      // The only port that is asked besides 443; not everyone may listen there.
      inside.listen(80, '127.0.0.1', resolve);
    }).catch(() => undefined);
  });
  afterAll(async () => {
    inside.close();
    expect((await server.stop()).leftovers).toEqual([]);
  });

  const refused = async (url: string, message: string | RegExp, more: Record<string, unknown> = {}): Promise<void> => {
    const body = goodJson({ images: [{ image_url: url }], ...more });
    const [param] = more['seed'] === undefined ? ['images[0].image_url'] : ['seed'];
    await expectError(await postJson(server.url, body), { status: 400, code: 'INVALID_INPUT', message, param });
  };

  test('is not led to it, nor elsewhere', async () => {
    const place = 'images[0].image_url';
    await refused('http://localhost/', `${place} is not fetched: its host has no public address`);
    await refused('https://localhost/', `${place} is not fetched: its host has no public address`);
    await refused(
      `http://localhost:${server.port}/health`,
      `${place} is not fetched: port ${server.port} is neither 80 nor 443`,
    );
    await refused('http://127.0.0.1/', `${place} must name its host, not an address`);
    await refused('http://evil.example/', /^images\[0\]\.image_url is not fetched: evil\.example is none of the hosts/);
    await refused('http://user:key@localhost/', `${place} must not hold a user name or password`);
    await refused('http://nowhere.pictures.example/', `${place} has a host name that can't be resolved`);
    expect(connections).toBe(0);
  });

  test('all other fields are checked before anything is asked for', async () => {
    await refused('http://localhost/', 'seed must be between 0 and 4294967295', { seed: -1 });
  });

  test('a data URL needs no host', async () => {
    const response = await postJson(server.url, goodJson({ images: [{ image_url: dataUrl(GOOD_PICTURE) }] }));
    expect(response.status).toBe(200);
    await response.text();
  });
});
