import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TestServer } from '../support/server.js';
import { sharedServer } from '../support/shared-server.js';

const MINIATURE = join(import.meta.dirname, '..', '..', 'models', 'mini');

describe('the list of models', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  const get = async (path: string): Promise<unknown> => (await fetch(server.url + path)).json();

  test('GET /v1/models', async () => {
    expect(await get('/v1/models')).toEqual({
      object: 'list',
      data: [
        {
          id: 'tiny-plain',
          object: 'model',
          created: expect.any(Number),
          owned_by: expect.any(String),
          parent: null,
          description: null,
          default_scale: null,
          refused: null,
          defaults: { size: '64x64', num_inference_steps: 2, true_cfg_scale: 4 },
          sizes: ['128x128', '144x112', '160x112', '176x96', '112x144', '112x160', '96x176'],
          suggestions: [],
          notice: null,
        },
      ],
    });
  });
});

describe('a checkpoint with a notice', () => {
  const { notice } = JSON.parse(readFileSync(join(MINIATURE, 'service.json'), 'utf8')) as { notice: { en: string } };
  const mini = sharedServer({ checkpoint: MINIATURE });

  test('has it in the list, in both languages, and in the log', async () => {
    const { data } = (await (await fetch(`${mini.url}/v1/models`)).json()) as { data: readonly { notice: unknown }[] };
    expect(data.map((model) => model.notice)).toEqual([notice]);
    expect(Object.keys(notice)).toEqual(['en', 'zh']);
    expect(mini.server.log).toContain(notice.en);
  });
});
