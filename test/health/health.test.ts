import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TestServer } from '../support/server.js';

describe('health', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  const get = async (path: string): Promise<unknown> => (await fetch(server.url + path)).json();

  test('GET /health', async () => {
    const before = Date.now();
    const body = (await get('/health')) as { timestamp: string };
    expect(body).toEqual({
      status: 'healthy',
      timestamp: expect.any(String),
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
    expect(Date.parse(body.timestamp)).toBeGreaterThanOrEqual(before);
  });

  test('GET /ready', async () => {
    expect(await get('/ready')).toMatchObject({
      status: 'ready',
      details: { model: { status: 'up', id: 'tiny-plain' } },
    });
  });
});
