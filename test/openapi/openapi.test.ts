import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, test } from '@jest/globals';
import { postJson } from '../support/edit-json.js';
import { sharedServer } from '../support/shared-server.js';

const KEY = 'the-key';
const KEY_HEADERS = { authorization: `Bearer ${KEY}` };

interface Content {
  readonly content?: Readonly<
    Record<string, { readonly examples?: Readonly<Record<string, { readonly value: unknown }>> }>
  >;
}

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly security?: readonly object[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}
type Field = Readonly<Record<string, unknown>>;
interface OpenApi {
  readonly openapi: string;
  readonly servers: readonly { readonly url: string }[];
  readonly security: readonly object[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties: Readonly<Record<string, Field>> }>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}

async function documentOf(url: string, headers: Readonly<Record<string, string>> = {}): Promise<OpenApi> {
  return (await (await fetch(`${url}/openapi.json`, { headers })).json()) as OpenApi;
}

/** What Redocly's linter finds with its recommended rules, warnings too. */
async function problemsOf(document: OpenApi): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended'] });
  const problems = await lintFromString({ source: JSON.stringify(document), config });
  return problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer ?? ''}`);
}

const formOf = ({ components }: OpenApi): Readonly<Record<string, Field>> =>
  components.schemas['EditUploadDto']?.properties ?? {};

describe('the OpenAPI document', () => {
  const shared = sharedServer({ env: { MAX_STEPS: '33', MAX_FILES: '3' } });

  test('GET /openapi.json documents every route, field and error; /docs shows it', async () => {
    const document = await documentOf(shared.url);
    expect(Object.keys(document.paths).sort()).toEqual([
      '/health',
      '/metrics',
      '/ready',
      '/v1/examples/{name}',
      '/v1/images/edits',
      '/v1/images/edits/{id}',
      '/v1/images/edits/{id}/events',
      '/v1/models',
      '/v1/models/{id}',
    ]);
    expect(Object.keys(document.paths['/v1/images/edits']?.['post']?.responses ?? {}).sort()).toEqual([
      '200',
      '202',
      '400',
      '401',
      '403',
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
    expect(Object.keys(formOf(document)).sort()).toEqual([
      'background',
      'guidance_scale',
      'image',
      'images',
      'input_fidelity',
      'lora',
      'mask',
      'mask_feather',
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
    const { image, ...common } = document.components.schemas['EditUploadDto']?.properties ?? {};
    expect(image).toBeDefined();
    expect(Object.keys(json).sort()).toEqual(Object.keys(common).sort());
    const edits = document.paths['/v1/images/edits']?.['post'];
    expect(Object.keys(edits?.requestBody?.content ?? {})).toEqual(['multipart/form-data', 'application/json']);
    expect(Object.keys(edits?.responses['200']?.content ?? {}).sort()).toEqual([
      'application/json',
      'image/jpeg',
      'image/png',
      'image/webp',
      'text/event-stream',
    ]);
    const page = await fetch(`${shared.url}/docs`);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(await page.text()).toContain('swagger-ui');
  });

  test('the example of a body of JSON is served as it stands, where it needs no other host', async () => {
    const document = await documentOf(shared.url);
    const body = document.paths['/v1/images/edits']?.['post']?.requestBody?.content?.['application/json'];
    const response = await postJson(shared.url, body?.examples?.['one picture']?.value);
    expect(response.status).toBe(200);
    await response.text();
  });

  test('operations have names and tags, as generated clients show them', async () => {
    const { paths, tags } = await documentOf(shared.url);
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => [`${method.toUpperCase()} ${path}`, operationId]),
    );
    expect(Object.fromEntries(operations)).toEqual({
      'POST /v1/images/edits': 'createImageEdit',
      'GET /v1/examples/{name}': 'getExamplePicture',
      'GET /v1/images/edits/{id}': 'getImageEdit',
      'GET /v1/images/edits/{id}/events': 'streamImageEdit',
      'DELETE /v1/images/edits/{id}': 'cancelImageEdit',
      'GET /v1/models': 'listModels',
      'GET /v1/models/{id}': 'retrieveModel',
      'GET /health': 'getHealth',
      'GET /ready': 'getReadiness',
      'GET /metrics': 'getMetrics',
    });
    const used = Object.values(paths).flatMap((methods) =>
      Object.values(methods).flatMap((operation) => operation.tags),
    );
    expect(tags.map(({ name }) => name).sort()).toEqual([...new Set(used)].sort());
    for (const { description } of tags) expect(description).not.toBe('');
  });

  test('Redocly’s linter finds nothing; without a key credentials are described, and not required', async () => {
    const document = await documentOf(shared.url);
    expect(await problemsOf(document)).toEqual([]);
    expect(document.servers.map(({ url }) => url)).toEqual(['/']);
    expect(Object.keys(document.components.securitySchemes)).toEqual(['basic', 'bearer']);
    expect(document.security).toEqual([{}, { basic: [] }, { bearer: [] }]);
  });

  test('limits are this service’s; defaults are told but are none for generated clients to send', async () => {
    const document = await documentOf(shared.url);
    const fields = formOf(document);
    expect(fields['num_inference_steps']).toMatchObject({
      maximum: 33,
      'x-default': 2,
      description: expect.stringMatching(/ \(default: 2\)$/) as unknown,
    });
    expect(fields['images']).toMatchObject({ maxItems: 3 });
    expect(fields['image']).toMatchObject({ maxItems: 1 });
    expect(document.components.schemas['EditJsonDto']?.properties['images']).toMatchObject({ maxItems: 1 });
    expect(fields['stream']).toMatchObject({ 'x-default': false });
    expect(Object.values(fields).filter((field) => 'default' in field)).toEqual([]);
  });

  test('what the checkpoint decides has no default while it is not loaded', async () => {
    await shared.server.stopNextEngine();
    const { size, n } = formOf(await documentOf(shared.url));
    expect(size).not.toHaveProperty('x-default');
    expect(n).toHaveProperty('x-default', 1);
    process.kill(shared.server.enginePid, 'SIGCONT');
    await shared.server.untilReady();
    expect(formOf(await documentOf(shared.url))['size']).toHaveProperty('x-default', '64x64');
  });
});

describe('the OpenAPI document of a service with a key', () => {
  const shared = sharedServer({ env: { API_KEY: KEY } });

  test('Redocly’s linter finds nothing; credentials are required', async () => {
    const document = await documentOf(shared.url, KEY_HEADERS);
    expect(await problemsOf(document)).toEqual([]);
    expect(document.security).toEqual([{ basic: [] }, { bearer: [] }]);
  });
});
