import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { dataUrl } from '../support/edit-json.js';
import type { EditBody } from '../support/edit-form.js';
import { expectErrorText } from '../support/expect-error.js';
import { pictureFile } from '../support/fixtures.js';
import { decoded, differences, maskOf } from '../support/masks.js';
import { TestServer } from '../support/server.js';

const run = promisify(execFile);
const PHOTO = `images=@${pictureFile('square.png')}`;
const FIELDS = ['-F', PHOTO, '-F', 'prompt=make it blue', '-F', 'num_inference_steps=1'];

describe('curl', () => {
  let open: TestServer;
  let locked: TestServer;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'curl-'));
    [open, locked] = await Promise.all([TestServer.start(), TestServer.start({ env: { API_KEY: 'a:key' } })]);
  });
  afterAll(async () => {
    await Promise.all([open.stop(), locked.stop(), rm(folder, { recursive: true })]);
  });

  const curl = async (server: TestServer, ...options: readonly string[]): Promise<[status: number, body: string]> => {
    const { stdout } = await run('curl', ['-sS', '-w', '\n%{http_code}', `${server.url}/v1/images/edits`, ...options], {
      maxBuffer: 1e8,
    });
    const end = stdout.lastIndexOf('\n');
    return [Number(stdout.slice(end + 1)), stdout.slice(0, end)];
  };

  test('-F without authentication', async () => {
    const [status, body] = await curl(open, ...FIELDS, '-F', PHOTO);
    expect(status).toBe(200);
    expect((JSON.parse(body) as EditBody).data).toHaveLength(2);
  });

  test('-H "Accept: image/png" -o writes a file that is the picture', async () => {
    const file = join(folder, 'edited.png');
    const [status, body] = await curl(open, ...FIELDS, '-H', 'Accept: image/png', '-o', file);
    expect([status, body]).toEqual([200, '']);
    expect((await sharp(file).metadata()).format).toBe('png');
  });

  test('-F mask=@mask.png changes no more than what is transparent there', async () => {
    const mask = join(folder, 'mask.png');
    await writeFile(mask, await maskOf(64, 64, (x, y) => x + y < 50).png().toBuffer());
    const [status, body] = await curl(open, ...FIELDS, '-F', `mask=@${mask}`, '-F', 'size=auto');
    expect(status).toBe(200);
    const [first] = (JSON.parse(body) as EditBody).data;
    const result = await decoded(Buffer.from(first?.b64_json ?? '', 'base64'));
    const input = await decoded(await readFile(pictureFile('square.png')));
    expect(differences(result, input, (x, y) => x + y < 50)).toMatchObject({ outside: 0 });
  });

  test('--json with a picture in base64', async () => {
    const body = JSON.stringify({
      prompt: 'make it blue',
      images: [{ image_url: dataUrl(await readFile(pictureFile('square.png'))) }],
    });
    const file = join(folder, 'edit.json');
    await writeFile(file, body);
    const options = ['-H', 'Content-Type: application/json', '--data-binary', `@${file}`];
    const [status, answer] = await curl(open, ...options);
    expect(status).toBe(200);
    expect((JSON.parse(answer) as EditBody).data).toHaveLength(1);
  });

  test.each([
    ['-H "Authorization: Basic …"', ['-H', `Authorization: Basic ${Buffer.from('user:a:key').toString('base64')}`]],
    ['-u', ['-u', 'user:a:key']],
    ['-u without a user', ['-u', ':a:key']],
    ['-H "Authorization: Bearer …"', ['-H', 'Authorization: Bearer a:key']],
  ])('-F with %s', async (_name, options) => {
    expect((await curl(locked, ...FIELDS, ...options))[0]).toBe(200);
  });

  test('three pictures without filenames, an encoded one, and a file without its name', async () => {
    const [status, body] = await curl(
      open,
      ...FIELDS,
      ...['-F', PHOTO.replace('@', '<'), '-F', `${PHOTO.replace('@', '<')};type=application/octet-stream`],
      ...[
        '-F',
        `${PHOTO.replace('@', '<')};type=image/png`,
        '-F',
        `${PHOTO};encoder=base64`,
        '-F',
        `${PHOTO};filename=`,
      ],
    );
    expect(status).toBe(200);
    const { data } = JSON.parse(body) as EditBody;
    expect(data.map(({ input_index: index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('a prompt from a file: line ends of Windows, a byte order mark, GBK, encoders', async () => {
    const words = '把它变蓝\n又亮';
    const pictureOf = async (name: string, bytes: string | Buffer, options = ''): Promise<string | undefined> => {
      await writeFile(join(folder, name), bytes);
      const prompt = ['-F', `prompt=<${join(folder, name)}${options}`];
      const [status, body] = await curl(open, '-F', PHOTO, '-F', 'num_inference_steps=1', '-F', 'seed=1', ...prompt);
      expect([status, body.slice(0, 100)]).toEqual([200, expect.any(String)]);
      return (JSON.parse(body) as EditBody).data[0]?.b64_json;
    };
    const picture = await pictureOf('utf8.txt', words);
    // By Python's codec.
    const gbk = Buffer.from('b0d1cbfcb1e4c0b6 0a d3d6c1c1'.replaceAll(' ', ''), 'hex');
    expect(await pictureOf('windows.txt', `\uFEFF${words.replace('\n', '\r\n')}`)).toBe(picture);
    expect(await pictureOf('gbk.txt', gbk, ';type=text/plain;charset=gbk')).toBe(picture);
    expect(await pictureOf('base64.txt', words, ';encoder=base64')).toBe(picture);
    expect(await pictureOf('quoted.txt', words, ';encoder=quoted-printable')).toBe(picture);
  });

  test('a form sent whole: empty fields, booleans in Python’s manner, names of arrays', async () => {
    const empty = ['size', 'n', 'negative_prompt', 'model', 'true_cfg_scale'].flatMap((name) => [
      '--form-string',
      `${name}=`,
    ]);
    const [status] = await curl(
      open,
      ...FIELDS.slice(2),
      ...empty,
      '-F',
      'stream=False',
      '-F',
      PHOTO.replace('images', 'image[0]'),
    );
    expect(status).toBe(200);
    // The @ that makes a file of it was forgotten.
    const [refused, body] = await curl(open, ...FIELDS.slice(2), '-F', 'image=photo.png');
    expectErrorText(refused, body, {
      status: 400,
      code: 'INVALID_INPUT',
      message: 'image must be a file, not text',
      param: 'image',
    });
  });

  test.each([
    ['', []],
    [' that it sends without asking first', ['-H', 'Expect:']],
  ])('sees the 401 although it has a large file to send%s', async (_name, options) => {
    const file = join(folder, 'large');
    await writeFile(file, Buffer.alloc(40_000_000));
    const [status, body] = await curl(locked, '-F', `images=@${file}`, '-F', 'prompt=a', ...options);
    expectErrorText(status, body, { status: 401, code: 'UNAUTHORIZED', message: 'Credentials are required' });
  });

  test('sees the 413 although its file goes on', async () => {
    const file = join(folder, 'too-large');
    await writeFile(file, Buffer.alloc(60_000_000));
    const [status, body] = await curl(open, '-F', `images=@${file}`, '-F', 'prompt=a');
    expectErrorText(status, body, {
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
      message: 'A file in images is larger than 50 MB (MAX_FILE_MB)',
    });
  });
});
