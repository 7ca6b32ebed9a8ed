import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TestServer } from '../support/server.js';

const MINIATURE = join(import.meta.dirname, '..', '..', 'models', 'mini');

interface OpenApi {
  readonly components: { readonly schemas: Readonly<Record<string, { readonly properties: Fields }>> };
}
type Fields = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What Swagger UI fills in, of the service that serves this checkpoint. */
function servedFields(checkpoint: string): () => Fields {
  let server: TestServer;
  let fields: Fields;
  beforeAll(async () => {
    server = await TestServer.start({ checkpoint });
    const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as OpenApi;
    fields = document.components.schemas['EditUploadDto']?.properties ?? {};
  });
  afterAll(() => server.stop());
  return () => fields;
}

describe('examples in OpenAPI with the miniature', () => {
  const fields = servedFields(MINIATURE);

  test('are a size of its own and something that it can do', () => {
    expect(fields()['size']).toMatchObject({ 'x-default': 'auto', example: 'auto' });
    expect(fields()['size']?.['description']).toMatch(/ makes these well: 256x256, 296x224, /);
    expect(fields()['prompt']).toMatchObject({ example: 'make it black and white' });
  });
});

describe('examples in OpenAPI with a checkpoint without a service.json', () => {
  const fields = servedFields('native');

  test('are the published one’s', () => {
    expect(fields()['size']).toMatchObject({ 'x-default': '1024x1024', example: '1024x1024' });
    expect(fields()['size']?.['description']).toMatch(/ makes these well: 1024x1024, /);
    expect(fields()['prompt']?.['example']).toMatch(/\w/);
  });
});
