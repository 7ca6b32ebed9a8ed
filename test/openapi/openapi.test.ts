import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TestServer } from '../support/server.js';

interface OpenApi {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, unknown>> }>>>
  >;
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties: Readonly<Record<string, unknown>> }>>;
  };
}

describe('the OpenAPI document', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  const get = async (path: string): Promise<unknown> => (await fetch(server.url + path)).json();

  test('GET /openapi.json documents every route, field and error; /docs shows it', async () => {
    const document = (await get('/openapi.json')) as OpenApi;
    expect(Object.keys(document.paths).sort()).toEqual([
      '/health',
      '/metrics',
      '/ready',
      '/v1/images/edits',
      '/v1/images/edits/{id}',
      '/v1/images/edits/{id}/events',
      '/v1/models',
    ]);
    expect(Object.keys(document.paths['/v1/images/edits']?.['post']?.responses ?? {}).sort()).toEqual([
      '200',
      '202',
      '400',
      '401',
      '406',
      '408',
      '409',
      '413',
      '415',
      '429',
      '500',
      '503',
      '504',
    ]);
    expect(Object.keys(document.components.schemas['EditUploadDto']?.properties ?? {}).sort()).toEqual([
      'background',
      'guidance_scale',
      'image',
      'images',
      'input_fidelity',
      'max_sequence_length',
      'model',
      'moderation',
      'n',
      'negative_prompt',
      'num_inference_steps',
      'output_compression',
      'output_format',
      'output_type',
      'partial_images',
      'progress',
      'prompt',
      'quality',
      'response_format',
      'safety_identifier',
      'seed',
      'size',
      'stream',
      'true_cfg_scale',
      'user',
    ]);
    const page = await fetch(`${server.url}/docs`);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(await page.text()).toContain('swagger-ui');
  });
});
