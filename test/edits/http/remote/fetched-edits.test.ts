import http from 'node:http';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { edit, type EditBody, GOOD_PICTURE, goodForm } from '../../../support/edit-form.js';
import { goodJson, postJson } from '../../../support/edit-json.js';
import { expectError } from '../../../support/expect-error.js';
import { ellipse, maskOf } from '../../../support/masks.js';
import { TestServer } from '../../../support/server.js';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const HOST = 'pictures.example';
const PRELOAD = join(ROOT, 'test', 'support', 'other-internet.mjs');

/** The built service, for which a name of the Internet is a server of the test on loopback. */
describe('an edit whose picture and mask are given by URL', () => {
  let server: TestServer;
  let site: http.Server;
  let mask: Buffer;
  const asked: (string | undefined)[] = [];
  beforeAll(async () => {
    const { width, height } = await sharp(GOOD_PICTURE).metadata();
    mask = await maskOf(width, height, ellipse(width, height)).png().toBuffer();
    const files = new Map([
      ['/photo', GOOD_PICTURE],
      ['/mask', mask],
    ]);
    site = http.createServer(({ url = '', headers }, response) => {
      asked.push(`${headers.host}${url}`);
      const file = files.get(url);
      if (url === '/moved') response.writeHead(302, { location: `http://${HOST}/mask` }).end();
      else response.writeHead(file === undefined ? 404 : 200).end(file);
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    const { port } = site.address() as AddressInfo;
    server = await TestServer.start({
      command: [process.execPath, '--import', PRELOAD, join(ROOT, 'dist', 'cli.js'), 'serve'],
      env: {
        IMAGE_URL_HOSTS: HOST,
        OTHER_INTERNET: JSON.stringify({ [HOST]: { address: '93.184.215.14', port } }),
      },
    });
  });
  afterAll(async () => {
    site.close();
    expect((await server.stop()).leftovers).toEqual([]);
  });

  const SETTINGS = { size: 'auto', num_inference_steps: '3', mask_feather: '2' };
  const urls = (photo: string, maskPath: string): unknown =>
    goodJson({
      images: [{ image_url: `http://${HOST}/${photo}` }],
      mask: { image_url: `http://${HOST}/${maskPath}` },
      ...{ size: 'auto', num_inference_steps: 3, mask_feather: 2, seed: 1, prompt: 'make it blue' },
    });

  test.each(['mask', 'moved'])('is the edit of the same files in a form (/%s)', async (path) => {
    asked.length = 0;
    const response = await postJson(server.url, urls('photo', path));
    expect(response.status).toBe(200);
    const { data } = (await response.json()) as EditBody;
    const sent = await edit(server.url, goodForm({ images: undefined, image: GOOD_PICTURE, mask, ...SETTINGS }));
    expect(data).toEqual(sent.data);
    const without = await edit(server.url, goodForm({ images: undefined, image: GOOD_PICTURE, ...SETTINGS }));
    expect(data).not.toEqual(without.data);
    expect(new Set(asked)).toEqual(new Set([`${HOST}/photo`, `${HOST}/${path}`, `${HOST}/mask`]));
  });

  test('a mask that is not there, or is none, is told by its own name', async () => {
    const refused = async (path: string, message: string | RegExp): Promise<void> =>
      expectError(await postJson(server.url, urls('photo', path)), {
        status: 400,
        code: 'INVALID_INPUT',
        message,
        param: 'mask.image_url',
      });
    await refused('nowhere', 'mask.image_url was answered with status 404');
    await refused('photo', /^Invalid mask: the PNG has no alpha channel/);
  });
});
