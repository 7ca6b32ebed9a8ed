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
          suggestions: [],
          notice: null,
        },
      ],
    });
  });
});
