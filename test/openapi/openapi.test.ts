import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { postJson } from '../support/edit-json.js';
import { TestServer } from '../support/server.js';

interface Content {
  readonly content?: Readonly<
    Record<string, { readonly examples?: Readonly<Record<string, { readonly value: unknown }>> }>
  >;
}

interface OpenApi {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<string, { readonly requestBody?: Content; readonly responses: Readonly<Record<string, Content>> }>
      >
    >
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
    const json = document.components.schemas['EditJsonDto']?.properties ?? {};
    const { image, ...shared } = document.components.schemas['EditUploadDto']?.properties ?? {};
    expect(image).toBeDefined();
    expect(Object.keys(json).sort()).toEqual(Object.keys(shared).sort());
    const edits = document.paths['/v1/images/edits']?.['post'];
    expect(Object.keys(edits?.requestBody?.content ?? {})).toEqual(['multipart/form-data', 'application/json']);
    expect(Object.keys(edits?.responses['200']?.content ?? {}).sort()).toEqual([
      'application/json',
      'image/jpeg',
      'image/png',
      'image/webp',
      'text/event-stream',
    ]);
    const page = await fetch(`${server.url}/docs`);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(await page.text()).toContain('swagger-ui');
  });

  test('the example of a body of JSON is served as it stands, where it needs no other host', async () => {
    const document = (await get('/openapi.json')) as OpenApi;
    const body = document.paths['/v1/images/edits']?.['post']?.requestBody?.content?.['application/json'];
    const response = await postJson(server.url, body?.examples?.['one picture']?.value);
    expect(response.status).toBe(200);
    await response.text();
  });
});
