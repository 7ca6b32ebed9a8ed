import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LoraFolder } from '../support/lora-folder.js';
import { TestServer } from '../support/server.js';
import { sharedServer } from '../support/shared-server.js';
import { LIGHTNING, tinyLoras } from '../support/tiny-loras.js';

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
          max_references: 1,
          sizes: ['128x128', '144x112', '160x112', '176x96', '112x144', '112x160', '96x176'],
          suggestions: [],
          suggestion_groups: [],
          examples: [],
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

describe('a checkpoint with suggestions and examples', () => {
  const mini = sharedServer({ checkpoint: MINIATURE });

  test('has them by their kinds, and the examples’ files under their paths', async () => {
    interface Listed {
      readonly suggestions: readonly string[];
      readonly suggestion_groups: readonly { readonly kind: unknown; readonly prompts: readonly string[] }[];
      readonly examples: readonly { readonly prompt: unknown; readonly before: string; readonly after: string }[];
    }
    const { data } = (await (await fetch(`${mini.url}/v1/models`)).json()) as { data: readonly Listed[] };
    const [listed] = data;
    const groups = listed?.suggestion_groups ?? [];
    expect(groups[0]?.kind).toEqual({ en: 'Colour', zh: '颜色' });
    expect(groups.flatMap(({ prompts }) => prompts)).toEqual(listed?.suggestions);
    expect(listed?.examples).toHaveLength(3);
    for (const { before, after } of listed?.examples ?? []) {
      for (const [path, type] of [
        [before, 'image/jpeg'],
        [after, 'image/webp'],
      ] as const) {
        const response = await fetch(mini.url + path);
        expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
        const file = readFileSync(join(MINIATURE, 'examples', exampleFile(path)));
        expect(Buffer.from(await response.arrayBuffer()).equals(file)).toBe(true);
      }
    }
    expect((await fetch(`${mini.url}/v1/examples/..%2fservice.json`)).status).toBe(404);
  });
});

/** The file's own name, behind its digest. */
function exampleFile(path: string): string {
  return path.replace(/^.*\/[0-9a-f]{16}-/, '');
}

describe('a checkpoint with LoRAs', () => {
  let folder: LoraFolder;
  let server: TestServer;
  beforeAll(async () => {
    folder = await tinyLoras();
    server = await TestServer.start({ env: { LORA_DIR: folder.path } });
  });
  afterAll(async () => {
    await server.stop();
    await folder.remove();
  });

  interface Model {
    readonly id: string;
    readonly parent: string | null;
    readonly defaults: object;
    readonly sizes: readonly string[];
  }
  const get = async (path: string): Promise<Response> => fetch(`${server.url}/v1/models${path}`);

  test('has them behind it as models, and each by its name', async () => {
    const { data } = (await (await get('')).json()) as { data: readonly Model[] };
    const [parent, ...loras] = data;
    expect(parent).toMatchObject({
      id: 'tiny-plain',
      parent: null,
      description: null,
      default_scale: null,
      refused: null,
    });
    const size = { size: '64x64' };
    const common = { object: 'model', owned_by: 'local', parent: 'tiny-plain', sizes: parent?.sizes, notice: null };
    const none = { description: null, default_scale: 1, refused: null };
    const expected = [
      [
        LIGHTNING,
        { ...none, description: expect.any(String) as unknown },
        { ...size, num_inference_steps: 4, true_cfg_scale: 1 },
      ],
      [
        'broken',
        { ...none, refused: expect.stringMatching(/^broken\.safetensors is truncated/) as unknown },
        parent?.defaults,
      ],
      ['other', none, { ...size, num_inference_steps: 3, true_cfg_scale: 4 }],
      ['style', { ...none, description: 'Ink on paper', default_scale: 0.5 }, parent?.defaults],
    ] as const;
    expect(loras).toEqual(
      expected.map(([id, own, defaults]) => expect.objectContaining({ id, ...common, ...own, defaults }) as unknown),
    );
    for (const lora of loras) expect(await (await get(`/${lora.id}`)).json()).toEqual(lora);
    expect(JSON.stringify(data)).not.toContain(folder.path);
  });

  test.each(['Org/style', 'style.safetensors', 'STYLE'])('%s is none of them', async (id) => {
    const response = await get(`/${id}`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      error: {
        message: `There is no model '${id}' here: 'tiny-plain' is the served one; of LoRAs the service has '${LIGHTNING}', 'other', 'style'`,
      },
    });
  });
});
