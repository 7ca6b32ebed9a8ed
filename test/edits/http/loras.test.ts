import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import OpenAI, { toFile } from 'openai';
import { edit, type Fields, GOOD_PICTURE, goodForm, postEdit } from '../../support/edit-form.js';
import { goodJson, postJson } from '../../support/edit-json.js';
import { allEvents } from '../../support/event-stream.js';
import { expectRefused } from '../../support/expect-error.js';
import { jobEnds, submitJob } from '../../support/jobs.js';
import type { LoraFolder } from '../../support/lora-folder.js';
import { filePart, postParts, textPart } from '../../support/multipart.js';
import { TestServer } from '../../support/server.js';
import { LIGHTNING, tinyLoras } from '../../support/tiny-loras.js';

const BROKEN = /: the LoRA 'broken' can't be used: broken\.safetensors is truncated: /;
const HAS = `the service has '${LIGHTNING}', 'other', 'style'`;

describe('an edit’s LoRAs', () => {
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

  const refused = (response: Response, param: string, message: string | RegExp): Promise<void> =>
    expectRefused(response, message, param);
  const post = (changes: Fields): Promise<Response> => postEdit(server.url, goodForm(changes));
  const bodyOf = async (response: Response): Promise<Readonly<Record<string, unknown>>> => {
    const body = (await response.json()) as Record<string, unknown>;
    expect([response.status, body['detail']]).toEqual([200, undefined]);
    return body;
  };

  test('the log says which were found', () => {
    expect(server.log).toContain(`LoRAs: ${LIGHTNING} (with Lightning's schedule), other, style;`);
    expect(server.log).toMatch(/WARN.*The LoRA "broken" is not served: broken\.safetensors/);
  });

  test('the answer and its usage name what was used, whichever way it was asked for', async () => {
    const used = async (response: Response): Promise<unknown> => {
      const { loras, usage, warnings } = await bodyOf(response);
      expect(warnings).toEqual([]);
      expect(usage).toMatchObject({ loras });
      return loras;
    };
    const json = (lora: unknown): Promise<Response> => postJson(server.url, goodJson({ lora }));
    const [half, strong] = [0.5, -2].map((scale) => [{ name: 'style', scale }]);
    for (const lora of [undefined, '', '[]']) expect(await used(await post({ lora }))).toEqual([]);
    for (const lora of ['style', '{"name":"style"}', '["style"]'])
      expect(await used(await post({ lora }))).toEqual(half);
    expect(await used(await post({ model: 'style' }))).toEqual(half);
    expect(await used(await post({ 'lora[name]': 'style', 'lora[scale]': '-2' }))).toEqual(strong);
    for (const lora of ['style', { name: 'style', scale: null }, ['style']]) {
      expect(await used(await json(lora))).toEqual(half);
    }
    for (const lora of ['style:-2', { name: 'style', scale: -2 }, [{ scale: -2, name: 'style' }]]) {
      expect(await used(await json(lora))).toEqual(strong);
    }
    expect(await used(await json(null))).toEqual([]);
    expect(await used(await json([]))).toEqual([]);
    expect(await used(await postJson(server.url, goodJson({ model: 'style' })))).toEqual(half);
  });

  test('what a LoRA is made for holds where the request says nothing', async () => {
    const steps = async (changes: Fields): Promise<unknown> => {
      const form = goodForm({ progress: 'true', stream: 'true', num_inference_steps: undefined, ...changes });
      const events = await allEvents(await postEdit(server.url, form));
      return events.filter(({ name }) => name === 'image_edit.progress').map(({ data }) => data['steps'])[0];
    };
    expect(await steps({})).toBe(2);
    expect(await steps({ lora: LIGHTNING })).toBe(4);
    expect(await steps({ model: LIGHTNING })).toBe(4);
    expect(await steps({ lora: LIGHTNING, num_inference_steps: '1' })).toBe(1);
    const body = await edit(server.url, goodForm({ lora: `["other","${LIGHTNING}"]`, num_inference_steps: undefined }));
    expect(body.warnings).toEqual([
      `num_inference_steps was taken to be 3, as the LoRA 'other' is made for; '${LIGHTNING}' is made for 4`,
    ]);
  });

  test('a stream, a job and a picture name them too', async () => {
    const loras = [
      { name: 'other', scale: 1 },
      { name: 'style', scale: -0.5 },
    ];
    const lora = '["other","style:-0.5"]';
    const events = await allEvents(await post({ lora, stream: 'true' }));
    expect(events.at(-1)).toMatchObject({ name: 'image_edit.completed', data: { loras, usage: { loras } } });
    const { id } = await submitJob(server.url, { lora });
    expect((await jobEnds(server.url, id)).result).toMatchObject({ loras, usage: { loras } });
    const picture = await postEdit(server.url, goodForm({ lora }), { accept: 'image/png' });
    expect(JSON.parse(picture.headers.get('x-loras') ?? '')).toEqual(loras);
    await picture.arrayBuffer();
    const plain = await postEdit(server.url, goodForm(), { accept: 'image/png' });
    expect(plain.headers.get('x-loras')).toBeNull();
    await plain.arrayBuffer();
    await server.until(() => server.log.includes('loras="other:1,style:-0.5"'));
  });

  test('a body with another LoRA is another body for an Idempotency-Key', async () => {
    const ask = (changes: Fields): Promise<Response> =>
      postEdit(server.url, goodForm(changes), { 'idempotency-key': 'loras' });
    const first = await ask({ lora: 'style' });
    expect(first.status).toBe(200);
    expect(await (await ask({ lora: 'style' })).json()).toEqual(await first.json());
    for (const changes of [{}, { lora: 'other' }, { lora: 'style:1' }]) {
      const other = await ask(changes);
      expect(other.status).toBe(409);
      await other.text();
    }
  });

  test.each<[fields: Fields, param: string, message: string | RegExp]>([
    [{ lora: 'nothing' }, 'lora', `lora: there is no LoRA 'nothing' here: ${HAS}`],
    [{ lora: '["style","nothing:2"]' }, 'lora', `lora: there is no LoRA 'nothing' here: ${HAS}`],
    [{ lora: 'style.safetensors' }, 'lora', `lora: there is no LoRA 'style.safetensors' here: ${HAS}`],
    [{ lora: 'broken' }, 'lora', BROKEN],
    [{ model: 'broken' }, 'model', BROKEN],
    [{ lora: './style' }, 'lora', `lora must be a name, and './style' is a path or a URL: ${HAS}`],
    [{ lora: 'https://hub/style' }, 'lora', `lora must be a name, and 'https://hub/style' is a path or a URL: ${HAS}`],
    [{ lora: 'style:NaN' }, 'lora', "lora: the scale of 'style' must be a number from -4 to 4, not 'NaN'"],
    [{ lora: 'style:-4.1' }, 'lora', "lora: the scale of 'style' must be a number from -4 to 4, not -4.1"],
    [{ lora: '["a","b","c","d","e"]' }, 'lora', 'lora must name at most 4 LoRAs, 5 were given'],
    [{ lora: '["style","style:0.1"]' }, 'lora', "lora must name 'style' only once"],
    [{ lora: ['style', 'other'] }, 'lora', 'lora must be given only once: an array in JSON holds several'],
    [{ lora: GOOD_PICTURE }, 'lora', 'lora must be text, not a file'],
    [{ lora: '{"name":' }, 'lora', /^lora must be a name, NAME:SCALE, or JSON such as /],
    [
      { 'lora[][name]': ['style', 'other'], 'lora[][scale]': '1' },
      'lora',
      /^lora must have each of its names in brackets equally often/,
    ],
    [
      { lora: 'style', model: 'other' },
      'model',
      /^model must be 'tiny-plain' or absent beside lora: 'other' is a LoRA/,
    ],
    [{ model: 'nothing' }, 'model', `model must be 'tiny-plain', the served model, a LoRA, or absent: ${HAS}`],
    [{ lora: 'nothing', size: '1x1' }, 'size', /^size must have sides/],
    [{ lora: 'nothing', images: undefined }, 'images', 'At least one image is required'],
  ])('%p is refused', async (fields, param, message) => {
    await refused(await post(fields), param, message);
  });

  test.each<[lora: unknown, message: string | RegExp]>([
    [5, 'lora must be a string, an object or an array, not 5'],
    [true, 'lora must be a string, an object or an array, not true'],
    [[5], /^lora must be names or objects such as .*, not 5$/],
    [{ name: 'style', scale: '1' }, "lora: the scale of 'style' must be a number from -4 to 4, not '1'"],
    [{ name: ['style'] }, 'lora: name must be a string, not an array'],
    [{ name: 'a/b' }, `lora must be a name, and 'a/b' is a path or a URL: ${HAS}`],
    [['a', 'b', 'c', 'd', 'e'], 'lora must name at most 4 LoRAs, 5 were given'],
  ])('in JSON %j is refused', async (lora, message) => {
    await refused(await postJson(server.url, goodJson({ lora })), 'lora', message);
  });

  test('more of JSON than is read is refused', async () => {
    const long = await postJson(server.url, goodJson({ lora: ['x'.repeat(10_000)] }));
    await refused(long, 'lora', 'lora must have at most 10000 characters');
  });

  test('a key that stands twice in JSON is refused', async () => {
    const body = JSON.stringify(goodJson({ lora: 'LORA' }));
    const twice = (text: string): Promise<Response> => postJson(server.url, body.replace('"LORA"', text));
    await refused(
      await twice('{"name":"style","scale":1,"scale":2}'),
      'lora',
      "lora: 'scale' must be given only once in an object",
    );
    await refused(
      await twice('"style","lora":"other"'),
      'lora',
      'lora must be given only once: an array in JSON holds several',
    );
  });

  test('a part of JSON, as some libraries send an object', async () => {
    const response = await postParts(server.url, [
      textPart('prompt', 'a'),
      textPart('num_inference_steps', '1'),
      textPart('lora', '{"name":"style"}', 'Content-Type: application/json'),
      filePart('images'),
    ]);
    expect(await bodyOf(response)).toMatchObject({ loras: [{ name: 'style', scale: 0.5 }] });
  });

  describe('with the openai package', () => {
    const ask = async (more: object): Promise<object> => {
      const client = new OpenAI({ apiKey: 'none', baseURL: `${server.url}/v1`, maxRetries: 0 });
      const image = await toFile(GOOD_PICTURE, 'photo.png', { type: 'image/png' });
      return client.images.edit({ image, prompt: 'a', ...more });
    };

    test.each<[more: object, loras: readonly object[]]>([
      [{ model: 'style' }, [{ name: 'style', scale: 0.5 }]],
      [{ lora: 'style:0.8' }, [{ name: 'style', scale: 0.8 }]],
      [{ lora: { name: 'style', scale: -0.5 } }, [{ name: 'style', scale: -0.5 }]],
      [
        { lora: ['style', 'other:2'] },
        [
          { name: 'style', scale: 0.5 },
          { name: 'other', scale: 2 },
        ],
      ],
      [
        {
          lora: [
            { name: 'other', scale: 1 },
            { name: 'style', scale: 0.1 },
          ],
        },
        [
          { name: 'other', scale: 1 },
          { name: 'style', scale: 0.1 },
        ],
      ],
    ])('%j', async (more, loras) => {
      expect(await ask(more)).toMatchObject({ loras, usage: { loras } });
    });

    test('what is wrong is thrown', async () => {
      await expect(ask({ model: 'style', lora: 'other' })).rejects.toMatchObject({ status: 400, param: 'model' });
      await expect(ask({ lora: 'nothing' })).rejects.toMatchObject({ status: 400, param: 'lora' });
    });

    test('lists them as models', async () => {
      const client = new OpenAI({ apiKey: 'none', baseURL: `${server.url}/v1`, maxRetries: 0 });
      const ids: string[] = [];
      for await (const { id } of client.models.list()) ids.push(id);
      expect(ids).toEqual(['tiny-plain', LIGHTNING, 'broken', 'other', 'style']);
      expect(await client.models.retrieve('style')).toMatchObject({
        id: 'style',
        object: 'model',
        parent: 'tiny-plain',
      });
    });
  });

  test('OpenAPI shows one of them as an example, and which there are', async () => {
    const { components } = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
      components: { schemas: Record<string, { properties: Record<string, Record<string, unknown>> }> };
    };
    for (const form of ['EditUploadDto', 'EditJsonDto']) {
      const field = components.schemas[form]?.properties['lora'];
      expect(field).toMatchObject({ example: `${LIGHTNING}:1` });
      expect(field?.['description']).toMatch(new RegExp(`For tiny-plain ${HAS}$`));
    }
    expect(components.schemas['EditJsonDto']?.properties['lora']).toHaveProperty('oneOf');
  });
});
