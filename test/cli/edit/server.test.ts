import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Workplace } from '../../support/command.js';
import { edit, GOOD_PICTURE, goodForm } from '../../support/edit-form.js';
import { decoded, differences, maskOf } from '../../support/masks.js';
import { metric } from '../../support/metrics.js';
import { TestServer } from '../../support/server.js';

const KEY = 'a key: with ä';
const COMMAND = ['photo.png', 'make it blue', '-o', 'out.png', '--num_inference_steps', '2', '--seed', '1'];

describe('the command line with a server', () => {
  let server: TestServer;
  let place: Workplace;
  beforeAll(async () => {
    server = await TestServer.start({ env: { API_KEY: KEY, MAX_STEPS: '200', MAX_FILE_MB: '1' } });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    place = await Workplace.create({ 'photo.png': GOOD_PICTURE });
  });
  afterEach(() => place.remove());

  const withKey = (...args: readonly string[]): string[] => [...args, '--server', server.url, '--api_key', KEY];

  test('the same file as with an engine of its own', async () => {
    const { code, stderr } = await place.run(withKey(...COMMAND));
    expect(stderr).toMatch(/photo\.png -> out\.png \(64x64, seed 1, \d+ s\)\n$/);
    expect(code).toBe(0);
    await place.run(['photo.png', 'make it blue', '-o', 'own.png', '--num_inference_steps', '2', '--seed', '1']);
    expect((await place.read('out.png')).equals(await place.read('own.png'))).toBe(true);
  });

  test('--mask goes along', async () => {
    await writeFile(
      place.at('mask.png'),
      await maskOf(64, 64, (x) => x < 40)
        .png()
        .toBuffer(),
    );
    const masked = [
      'photo.png',
      'make it blue',
      '-m',
      'mask.png',
      '--size=auto',
      '--num_inference_steps=2',
      '--seed=1',
    ];
    expect((await place.run(withKey(...masked, '-o', 'out.png'))).code).toBe(0);
    await place.run([...masked, '-o', 'own.png']);
    expect((await place.read('out.png')).equals(await place.read('own.png'))).toBe(true);
    const result = await decoded(await place.read('out.png'));
    expect(differences(result, await decoded(GOOD_PICTURE), (x) => x < 40).outside).toBe(0);
  });

  test('several results, in JSON; the key from the environment, and /v1 in the address', async () => {
    const command = ['photo.png', 'make it blue', '-o', 'out/', '--n=3', '--num_inference_steps', '1', '--seed=5'];
    const answer = await place.json([...command, '--server', `${server.url}/v1/`], { env: { API_KEY: KEY } });
    expect(answer).toMatchObject({ code: 0, failures: [], warnings: [] });
    expect(answer.results.map(({ output, seed, size }) => [output, seed, size])).toEqual([
      ['out/photo-1.png', 5, '64x64'],
      ['out/photo-2.png', 6, '64x64'],
      ['out/photo-3.png', 7, '64x64'],
    ]);
    expect(answer.results[0]?.usage).toMatchObject({ input_tokens_details: { image_tokens: expect.any(Number) } });
  });

  test('limits are the server’s', async () => {
    // More than MAX_STEPS has as its default here.
    expect((await place.run(withKey('photo.png', 'x', '-o', 'a.png', '--num_inference_steps=160'))).code).toBe(0);
    const tooMany = await place.run(withKey('photo.png', 'x', '-o', 'b.png', '--num_inference_steps=201'));
    expect(tooMany).toMatchObject({ code: 2, stderr: 'num_inference_steps must be at most 200 (MAX_STEPS)\n' });
  });

  test('what is wrong with one picture stops no other', async () => {
    const other = await Workplace.create({
      'a.png': Buffer.from('no picture'),
      'b.png': Buffer.alloc(1024 * 1024 + 1),
      'c.png': GOOD_PICTURE,
    });
    try {
      const { code, results, failures } = await other.json(
        withKey('a.png', 'b.png', 'c.png', 'x', '-o', 'out/', '--num_inference_steps=1'),
      );
      expect(code).toBe(1);
      expect(results.map(({ output }) => output)).toEqual(['out/c.png']);
      expect(failures).toEqual([
        {
          input: 'a.png',
          code: 'INVALID_INPUT',
          message: 'Invalid image format: the file is not a PNG, JPEG, WebP, AVIF, GIF or TIFF picture',
          param: 'images',
        },
        {
          input: 'b.png',
          code: 'PAYLOAD_TOO_LARGE',
          message: 'A file in images is larger than 1 MB (MAX_FILE_MB)',
          param: 'images',
        },
      ]);
    } finally {
      await other.remove();
    }
  });

  test.each([
    ['a wrong key', ['--api_key', 'wrong'], 'Invalid username or password (API_KEY or --api_key gives the key)\n'],
    ['no key', [], 'Credentials are required (API_KEY or --api_key gives the key)\n'],
  ])('%s', async (_what, key, message) => {
    const { code, stderr } = await place.run([...COMMAND, '--server', server.url, ...key]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: message });
    expect(place.has('out.png')).toBe(false);
  });

  test('Ctrl-C cancels the edit on the server', async () => {
    const before = (await metric(server.url, 'qwen_edit_cancels_total{reason="client_gone"}')) ?? 0;
    const args = ['--num_inference_steps=200', '--size=128x128', '--n=10'];
    const command = place.start(withKey('photo.png', 'x', '-o', 'out/', ...args, '--json'));
    // The first result: it runs, and has more to do.
    await command.says('out/photo-1.png');
    server.holdEngine();
    command.kill('SIGINT');
    const { code, stdout } = await command.ended();
    expect(code).toBe(130);
    expect(JSON.parse(stdout.toString())).toMatchObject({ failures: [{ input: 'photo.png', code: 'CANCELLED' }] });
    while (((await metric(server.url, 'qwen_edit_cancels_total{reason="client_gone"}')) ?? 0) === before) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    server.letEngineGoOn();
    expect((await place.files()).filter((file) => file.endsWith('.part'))).toEqual([]);
  });
});

describe('the command line with a server that can’t', () => {
  let place: Workplace;
  let other: Server | undefined;
  beforeEach(async () => {
    place = await Workplace.create({ 'photo.png': GOOD_PICTURE });
  });
  afterEach(async () => {
    other?.close();
    other?.closeAllConnections();
    await place.remove();
  });

  const listen = async (answer: Parameters<typeof createServer>[1]): Promise<string> => {
    other = createServer(answer);
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    return `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  };

  test('no server listens', async () => {
    const url = await listen(undefined);
    other?.close();
    const { code, stderr } = await place.run([...COMMAND, '--server', url]);
    expect(stderr).toMatch(/^http:\/\/127\.0\.0\.1:\d+ can't be reached: connect ECONNREFUSED 127\.0\.0\.1:\d+\n$/);
    expect(code).toBe(1);
  });

  test('another program listens', async () => {
    const url = await listen((_request, response) => void response.writeHead(404).end('<html>'));
    const { code, stderr } = await place.run([...COMMAND, '--server', url]);
    expect(stderr).toBe('The server answered 404 Not Found: is it this service?\n');
    expect(code).toBe(1);
  });

  test('it dies in the middle', async () => {
    const server = await TestServer.start();
    const command = place.start([
      'photo.png',
      'x',
      '-o',
      'out/',
      '--n=10',
      '--num_inference_steps=150',
      '--size=128x128',
      '--server',
      server.url,
    ]);
    await command.says('out/photo-1.png');
    server.holdEngine();
    process.kill(server.pid, 'SIGKILL');
    server.letEngineGoOn();
    const { code, stderr } = await command.ended();
    await server.ended();
    expect(stderr).toMatch(/photo\.png: The connection to \S+ was lost: .+\n$/);
    expect(code).toBe(1);
  });

  test('one that still loads is waited for', async () => {
    const server = await TestServer.start();
    await server.stopNextEngine();
    const command = place.start([...COMMAND, '--server', server.url]);
    await command.says('The server says: Model is not ready yet; trying again in 5 s');
    process.kill(server.enginePid, 'SIGCONT');
    const { code } = await command.ended();
    expect(code).toBe(0);
    expect(
      (await place.read('out.png')).equals(
        Buffer.from((await edit(server.url, goodForm({ num_inference_steps: '2' }))).data[0]?.b64_json ?? '', 'base64'),
      ),
    ).toBe(true);
    await server.stop();
  });

  test('one that has no model says so at once', async () => {
    const server = await TestServer.start({ checkpoint: place.folder, untilReady: false });
    await server.until(() => server.log.includes('Failed to load model'));
    const { code, stderr } = await place.run([...COMMAND, '--server', server.url]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'Model is not ready yet\n' });
    await server.stop();
  });
});
