import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TestServer } from '../support/server.js';

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
          defaults: { size: '64x64', num_inference_steps: 2, true_cfg_scale: 4 },
          sizes: ['128x128', '144x112', '160x112', '176x96', '112x144', '112x160', '96x176'],
          suggestions: [],
        },
      ],
    });
  });
});
