import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { edit, type EditBody, form, GOOD_PICTURE } from '../../../../support/edit-form.js';
import { dataUrl, goodJson, postJson } from '../../../../support/edit-json.js';
import { expectError, expectRefused } from '../../../../support/expect-error.js';
import { metric } from '../../../../support/metrics.js';
import { TestServer } from '../../../../support/server.js';

const MEGABYTE = 1024 * 1024;
const HELD = 'qwen_edit_upload_held_bytes';

describe('bodies of JSON', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({
      env: { MAX_FILES: '3', MAX_FILE_MB: '1', MAX_BODY_MB: '4', MAX_STEPS: '20', QUEUE_LIMIT: '100' },
    });
  });
  afterAll(async () => {
    expect((await server.stop()).leftovers).toEqual([]);
  });

  const editJson = async (body: unknown, headers: Record<string, string> = {}): Promise<EditBody> => {
    const response = await postJson(server.url, body, headers);
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${response.status}: ${text}`);
    return JSON.parse(text) as EditBody;
  };
  const refused = async (body: unknown, message: string | RegExp, param: string | null): Promise<void> => {
    await expectRefused(await postJson(server.url, body), message, param);
  };
  const tooLarge = async (body: unknown, message: string, param: string | null): Promise<void> => {
    const expected = { status: 413, code: 'PAYLOAD_TOO_LARGE', message, param };
    await expectError(await postJson(server.url, body), expected);
  };
  const withImages = (images: unknown): unknown => goodJson({ images });

  test('the same fields give the same picture and warnings as a multipart form', async () => {
    const fields = {
      negative_prompt: 'grey',
      n: 2,
      size: '64x96',
      guidance_scale: 2.5,
      true_cfg_scale: 1,
      progress: true,
    };
    const texts = Object.entries(fields).map(([name, value]) => [name, String(value)] as const);
    const ofForm = await edit(
      server.url,
      form({
        image: GOOD_PICTURE,
        prompt: 'make it blue',
        num_inference_steps: '1',
        seed: '7',
        ...Object.fromEntries(texts),
      }),
    );
    const ofJson = await editJson(goodJson({ ...fields, seed: 7 }));
    expect(ofJson.data).toEqual(ofForm.data);
    expect(ofJson.warnings).toEqual(ofForm.warnings);
    expect(ofJson.warnings).toHaveLength(3);
    expect(ofJson.size).toBe('64x96');
  });

  test('null is absent, white numbers are numbers, and the media type may carry a charset', async () => {
    const plain = await editJson(goodJson());
    const nulls = goodJson({ size: null, n: null, negative_prompt: null, stream: null, mask: null, strength: null });
    expect((await editJson(nulls, { 'content-type': 'Application/JSON; charset="UTF-8"' })).data).toEqual(plain.data);
    const text = JSON.stringify(goodJson());
    for (const seed of ['1.0', '1e0', '10e-1']) {
      expect((await editJson(text.replace('"seed":1', `"seed":${seed}`))).data).toEqual(plain.data);
    }
    expect((await editJson(`\uFEFF${text}`)).data).toEqual(plain.data);
  });

  test('line ends are LF', async () => {
    const [crlf, lf, cr] = await Promise.all(
      ['a\r\nb', 'a\nb', 'a\rb'].map((prompt) => editJson(goodJson({ prompt }))),
    );
    expect(crlf?.data).toEqual(lf?.data);
    expect(cr?.data).toEqual(lf?.data);
  });

  test.each([
    ['n', '2', 'n must be a number without quotes, not the string "2"'],
    ['n', '', 'n must be a number without quotes, not the string ""'],
    ['n', 1.5, 'n must be a whole number between 1 and 10'],
    ['n', 11, 'n must be between 1 and 10'],
    ['n', true, 'n must be a number without quotes, not true'],
    ['num_inference_steps', '1', 'num_inference_steps must be a number without quotes, not the string "1"'],
    ['num_inference_steps', 21, 'num_inference_steps must be at most 20 (MAX_STEPS)'],
    ['true_cfg_scale', '4.0', 'true_cfg_scale must be a number without quotes, not the string "4.0"'],
    ['true_cfg_scale', -1, 'true_cfg_scale must be a number of at least 0'],
    ['true_cfg_scale', 1e39, 'true_cfg_scale must be a number of at least 0'],
    ['seed', 4_294_967_296, 'seed must be between 0 and 4294967295'],
    ['seed', -1, 'seed must be between 0 and 4294967295'],
    ['seed', 1e30, 'seed must be a whole number between 0 and 4294967295'],
    ['stream', 'true', 'stream must be true or false without quotes, not the string "true"'],
    ['progress', 1, 'progress must be true or false without quotes, not 1'],
    ['prompt', 5, 'prompt must be a string, not 5'],
    ['prompt', ['a'], 'prompt must be a string, not an array'],
    ['prompt', { a: 'b' }, 'prompt must be a string, not an object'],
    ['prompt', null, 'Prompt cannot be empty'],
    ['prompt', 'a \ud800 b', 'prompt must be Unicode: it holds half of a surrogate pair'],
    ['prompt', '<|image_pad|>', /^prompt must not contain/],
    ['size', 1024, 'size must be a string, not 1024'],
    ['output_format', 'gif', "output_format must be 'png', 'jpeg' or 'webp'"],
    ['user', 5, 'user must be a string, not 5'],
    ['strength', { a: [1, { b: 2 }] }, 'Unknown field: strength'],
    ['constructor', 1, 'Unknown field: constructor'],
    ['mask_feather', '8', 'mask_feather must be a number without quotes, not the string "8"'],
    ['mask', dataUrl(GOOD_PICTURE), 'mask must be an object: {"image_url": "data:image/png;base64,…"}'],
    ['mask', [], 'mask must be an object: {"image_url": "data:image/png;base64,…"}'],
    ['mask', {}, 'mask must have an image_url'],
    ['style', 'vivid', 'style is not supported'],
    ...['image', 'image[]', 'image[0]', 'images[]', 'images[1]'].map((name): [string, unknown, string] => [
      name,
      dataUrl(GOOD_PICTURE),
      `${name} is a field of multipart forms: in JSON use "images": [{"image_url": …}]`,
    ]),
  ])('%s: %j', async (field, value, message) => {
    await refused(goodJson({ [field]: value }), message, field);
  });

  test('keys that stand twice, numbers beyond all bounds, keys of prototypes', async () => {
    const text = JSON.stringify(goodJson());
    const adding = (more: string): string => text.replace('{', `{${more},`);
    await refused(adding('"n":1,"n":1'), 'n must be given only once', 'n');
    await refused(adding('"n":null,"n":1'), 'n must be given only once', 'n');
    await refused(adding('"prompt":"a"'), 'prompt must be given only once', 'prompt');
    await refused(adding('"images":[]'), 'images must be given only once', 'images');
    const doubled = text.replace('{"image_url"', '{"image_url":"data:,","image_url"');
    await refused(doubled, 'images[0].image_url must be given only once', 'images[0].image_url');
    await refused(adding('"__proto__":{"n":5}'), 'Unknown field: __proto__', '__proto__');
    await refused(text.replace('"seed":1', '"seed":1e400'), /^seed must be a whole number/, 'seed');
    await refused(adding('"true_cfg_scale":1e400'), /^true_cfg_scale must be a number/, 'true_cfg_scale');
  });

  test.each<[string, unknown, string | RegExp, string]>([
    ['absent', undefined, 'At least one image is required', 'images'],
    ['null', null, 'At least one image is required', 'images'],
    ['none', [], 'At least one image is required', 'images'],
    ['no array', { image_url: 'data:,' }, 'images must be an array of {"image_url": …}', 'images'],
    ['a text', dataUrl(GOOD_PICTURE), 'images must be an array of {"image_url": …}', 'images'],
    ['texts', ['data:,'], /^images\[0\] must be an object: \{"image_url": "data:/, 'images[0]'],
    ['null in it', [null], /^images\[0\] must be an object/, 'images[0]'],
    ['without a URL', [{}], 'images[0] must have an image_url', 'images[0]'],
    ['a URL that is null', [{ image_url: null }], 'images[0] must have an image_url', 'images[0]'],
    ['a file id', [{ file_id: 'file-1' }], /^images\[0\]\.file_id is not supported/, 'images[0].file_id'],
    ['a chat part', [{ image_url: { url: 'data:,' } }], /image_url must be a string/, 'images[0].image_url'],
    ['a further key', [{ image_url: 'data:,', detail: 'high' }], 'Unknown field: images[0].detail', 'images[0].detail'],
    ['plain base64', [{ image_url: 'iVBORw0K' }], /must be a data URL/, 'images[0].image_url'],
    ['cut base64', [{ image_url: 'data:;base64,AAAAA' }], /whose base64 is cut off$/, 'images[0].image_url'],
    [
      'a URL',
      [{ image_url: 'https://images.example.com/a.png' }],
      'images[0].image_url is not fetched: the service fetches no pictures (IMAGE_URL_HOSTS is not set); send a data URL',
      'images[0].image_url',
    ],
    ['the second', [{ image_url: dataUrl(GOOD_PICTURE) }, { image_url: 'x' }], /"x"$/, 'images[1].image_url'],
    ['empty', [{ image_url: 'data:,' }], 'Invalid image format at index 0: the file is empty', 'images[0].image_url'],
    ['no picture', [{ image_url: 'data:,hello' }], /^Invalid image format at index 0: /, 'images[0].image_url'],
    [
      'too many references',
      [{ image_url: dataUrl(GOOD_PICTURE) }, { image_url: dataUrl(GOOD_PICTURE) }],
      'images: tiny-plain takes at most 1 picture an edit, 2 were given; send a request for each edit',
      'images',
    ],
  ])('images: %s', async (_name, images, message, param) => {
    await refused(withImages(images), message, param);
  });

  test('the first fault answers: images, prompt, n, num_inference_steps, output_type, size, the rest, the pictures', async () => {
    const broken: Record<string, unknown> = {
      unknown: 1,
      seed: '1',
      size: 5,
      output_type: true,
      num_inference_steps: '1',
      n: '1',
      prompt: 5,
      images: 5,
    };
    await refused(broken, 'images must be an array of {"image_url": …}', 'images');
    broken['images'] = [{ image_url: 'data:,hello' }];
    for (const field of ['prompt', 'n', 'num_inference_steps', 'output_type', 'size', 'seed', 'unknown']) {
      await refused(broken, field === 'unknown' ? 'Unknown field: unknown' : new RegExp(`^${field} must be`), field);
      if (field === 'prompt') broken[field] = 'a';
      else Reflect.deleteProperty(broken, field);
    }
    await refused(broken, /^Invalid image format at index 0: /, 'images[0].image_url');
  });

  test.each([
    ['no JSON', 'hello'],
    ['nothing', ''],
    ['cut off', JSON.stringify(goodJson()).slice(0, -2)],
    ['a trailing comma', JSON.stringify(goodJson()).replace(/}$/, ',}')],
    ['a second value', '{}{}'],
    ['a form', 'prompt=a&n=1'],
  ])('a malformed body: %s', async (_name, body) => {
    await refused(body, /^The JSON body is malformed: /, null);
  });

  test('a charset other than UTF-8', async () => {
    const response = await postJson(server.url, goodJson(), { 'content-type': 'application/json; charset=utf-16' });
    const message = 'A JSON body must be UTF-8, not utf-16';
    await expectError(response, { status: 415, code: 'UNSUPPORTED_MEDIA_TYPE', message, param: null });
  });

  test('the limits of multipart forms', async () => {
    const four = Array.from({ length: 4 }, () => ({ image_url: dataUrl(GOOD_PICTURE) }));
    await tooLarge(withImages(four), 'At most 3 files are allowed in a request (MAX_FILES)', null);
    const large = withImages([{ image_url: dataUrl(new Uint8Array(MEGABYTE + 1)) }]);
    await tooLarge(large, 'images[0].image_url is larger than 1 MB (MAX_FILE_MB)', 'images[0].image_url');
    await tooLarge(goodJson({ prompt: 'a'.repeat(MEGABYTE + 1) }), 'prompt is longer than 1 MB', 'prompt');
    await tooLarge(`{"a":"${'a'.repeat(4 * MEGABYTE)}"}`, 'The request body is larger than 4 MB (MAX_BODY_MB)', null);
    await refused(
      withImages([{ image_url: dataUrl(new Uint8Array(MEGABYTE)) }]),
      /^Invalid image format/,
      'images[0].image_url',
    );
  });

  test('a stream, a job, and the same key with the same and another body', async () => {
    const stream = await postJson(server.url, goodJson({ stream: true, partial_images: 1 }));
    expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(await stream.text()).toContain('event: image_edit.completed');

    const headers = { prefer: 'respond-async', 'idempotency-key': 'json' };
    const answers = [1, 2].map(() => postJson(server.url, goodJson(), headers));
    const ids = await Promise.all(
      answers.map(async (answer) => {
        const response = await answer;
        expect(response.status).toBe(202);
        return ((await response.json()) as { id: string }).id;
      }),
    );
    expect(ids[1]).toBe(ids[0]);
    await expectError(await postJson(server.url, goodJson({ seed: 2 }), headers), {
      status: 409,
      code: 'CONFLICT',
      message: 'This Idempotency-Key was used with another body',
    });
    // Of a file that was sent once more, nothing is held.
    while (((await metric(server.url, HELD)) ?? NaN) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  });
});
