import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { edit, goodForm } from '../support/edit-form.js';
import { checkpointFolder } from '../support/fixtures.js';
import { listFiles } from '../support/list-files.js';
import { TestServer } from '../support/server.js';

describe('a checkpoint without service.json', () => {
  let server: TestServer;
  beforeAll(async () => {
    expect(await listFiles(checkpointFolder('native'))).not.toContain('service.json');
    server = await TestServer.start({ checkpoint: 'native' });
  });
  afterAll(() => server.stop());

  test('has the API’s own defaults, and its folder’s name', async () => {
    const { data } = (await (await fetch(`${server.url}/v1/models`)).json()) as { data: unknown[] };
    expect(data).toEqual([
      expect.objectContaining({
        id: 'native',
        defaults: { size: '1024x1024', num_inference_steps: 50, true_cfg_scale: 4 },
        suggestions: [],
      }),
    ]);
  });

  test('edits pictures', async () => {
    const { data, size } = await edit(server.url, goodForm({ num_inference_steps: '1', size: '64x64' }));
    expect([data.length, size]).toEqual([1, '64x64']);
  });
});
