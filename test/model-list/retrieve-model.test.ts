import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import OpenAI from 'openai';
import { expectError } from '../support/expect-error.js';
import { checkpointFolder } from '../support/fixtures.js';
import { TestServer } from '../support/server.js';
import { sharedServer } from '../support/shared-server.js';

const KEY = 'the-key';

describe('GET /v1/models/{id}', () => {
  const shared = sharedServer({ env: { API_KEY: KEY } });
  const headers = { authorization: `Bearer ${KEY}` };

  const get = (id: string): Promise<Response> => fetch(`${shared.url}/v1/models/${id}`, { headers });

  test.each(['tiny-plain', 'Qwen/tiny-plain', 'Qwen%2Ftiny-plain', 'Qwen%2ftiny-plain', '%74iny-plain'])(
    '%s is the served model',
    async (id) => {
      const response = await get(id);
      expect(response.status).toBe(200);
      const { data } = (await (await fetch(`${shared.url}/v1/models`, { headers })).json()) as { data: unknown[] };
      expect(await response.json()).toEqual(data[0]);
    },
  );

  test.each([
    ['nothing', 'nothing'],
    ['gpt-image-1', 'gpt-image-1'],
    ['TINY-PLAIN', 'TINY-PLAIN'],
    ['a/b/tiny-plain', 'a/b/tiny-plain'],
    ['%2Ftiny-plain', '/tiny-plain'],
    ['tiny-plain%2F', 'tiny-plain/'],
    ['tiny-plain/x', 'tiny-plain/x'],
    ['Qwen%252Ftiny-plain', 'Qwen%2Ftiny-plain'],
    ['m%C3%BCller%20%2B%201%25', 'müller + 1%'],
  ])('%s is none, and the answer names it', async (path, id) => {
    await expectError(await get(path), {
      status: 404,
      code: 'NOT_FOUND',
      message: `There is no model '${id}' here: 'tiny-plain' is the served one`,
      param: null,
    });
  });

  test('the openai package asks for one', async () => {
    const client = new OpenAI({ apiKey: KEY, baseURL: `${shared.url}/v1`, maxRetries: 0 });
    expect(await client.models.retrieve('Qwen/tiny-plain')).toMatchObject({ id: 'tiny-plain', object: 'model' });
    await expect(client.models.retrieve('nothing')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });

  test('other methods, the key, and a model that is not ready', async () => {
    const url = `${shared.url}/v1/models/tiny-plain`;
    await expectError(await fetch(url, { method: 'DELETE', headers }), {
      status: 405,
      code: 'METHOD_NOT_ALLOWED',
      message: 'DELETE is not allowed here; allowed: GET, HEAD',
    });
    await expectError(await fetch(url), { status: 401, code: 'UNAUTHORIZED', message: 'Credentials are required' });
    await shared.server.stopNextEngine();
    await expectError(await get('nothing'), {
      status: 503,
      code: 'MODEL_NOT_READY',
      message: 'Model is not ready yet',
    });
    process.kill(shared.server.enginePid, 'SIGCONT');
    await shared.server.untilReady();
  });
});

describe('GET /v1/models/{id} of a checkpoint in the hub cache', () => {
  const id = 'Some Org/my model+100%';
  let folder: string;
  let server: TestServer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hub-'));
    const snapshot = join(folder, `models--${id.replace('/', '--')}`, 'snapshots', 'first');
    await cp(checkpointFolder('plain'), snapshot, { recursive: true });
    const settings = JSON.parse(await readFile(join(snapshot, 'service.json'), 'utf8')) as Record<string, unknown>;
    delete settings['model_id'];
    await writeFile(join(snapshot, 'service.json'), JSON.stringify(settings));
    server = await TestServer.start({ checkpoint: folder });
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  test.each([encodeURIComponent(id), id.split('/').map(encodeURIComponent).join('/')])('%s', async (path) => {
    const response = await fetch(`${server.url}/v1/models/${path}`);
    expect(await response.json()).toMatchObject({ id, owned_by: 'Some Org' });
  });

  test('its name alone is none of its ids', async () => {
    expect((await fetch(`${server.url}/v1/models/my%20model+100%25`)).status).toBe(404);
  });
});
