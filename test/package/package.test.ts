import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import sharp from 'sharp';
import { Workplace } from '../support/command.js';
import { GrpcClient, grpcAddress } from '../support/grpc.js';
import { goodRequest } from '../support/grpc-edit.js';
import { TestServer } from '../support/server.js';

// Packing, and an installation of some 300 MB.
jest.setTimeout(600_000);
const ROOT = join(import.meta.dirname, '..', '..');
const PHOTO = join(ROOT, 'docs', 'images', 'photo.jpg');
const run = promisify(execFile);

let folder: string;
let program: string;
/** The packed file, seen from the empty folder. */
let archive: string;

/** Runs npm in the empty folder, with the registry that it is configured for. */
async function npm(...args: string[]): Promise<string> {
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  return (await run('npm', [...args, '--no-audit', '--no-fund'], { cwd: folder, env })).stdout;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'package-'));
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  // What `npm test` has built is packed: other tests use it meanwhile.
  const packed = JSON.parse(await npm('pack', ROOT, '--ignore-scripts', '--json')) as { filename: string }[];
  archive = `./${packed[0]?.filename ?? ''}`;
  await npm('install', archive);
  program = join(folder, 'node_modules', 'qwen-image-edit-service');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the packed package, installed into an empty folder', () => {
  test('brings native code and what that needs alone: everything else is part of the program', () => {
    const installed = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(installed).toEqual(expect.arrayContaining(['onnxruntime-node', 'sharp', 'qwen-image-edit-service']));
    expect(installed.filter((name) => /nest|swagger|grpc|opentelemetry|express|piscina|rxjs/.test(name))).toEqual([]);
  });

  test('is one command', async () => {
    const command = join(folder, 'node_modules', '.bin', 'qwen-image-edit');
    expect((await run(command, ['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await run(command, ['plan'], { cwd: folder })).stdout).toContain('qwen-image-edit-mini');
  });

  test('runs without being installed, as documented: npx edits a picture', async () => {
    const args = ['edit', PHOTO, 'make it black and white', '--num_inference_steps', '1', '-o', 'by-npx.png'];
    const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
    await run('npx', ['--yes', archive, ...args], { cwd: folder, env });
    expect(await sharp(join(folder, 'by-npx.png')).metadata()).toMatchObject({ format: 'png' });
  });

  test('exports graphs, shows its cache and examines the machine', async () => {
    const command = join(folder, 'node_modules', '.bin', 'qwen-image-edit');
    const env = { ...process.env, QUANTIZED_CACHE_DIR: join(folder, 'cache') };
    await run(command, ['export', '--model', join(program, 'models', 'mini'), '--out', 'exported'], {
      cwd: folder,
      env,
    });
    expect(readdirSync(join(folder, 'exported'))).toEqual(
      expect.arrayContaining(['denoiser.onnx', 'model_index.json']),
    );
    expect((await run(command, ['cache', 'list'], { cwd: folder, env })).stdout).toContain('nothing');
    expect((await run(command, ['doctor'], { cwd: folder, env })).stdout).toContain('computes on the CPU');
  });

  test('edits a picture with its own miniature', async () => {
    const workplace = await Workplace.create();
    const args = [PHOTO, 'make it black and white', '-o', 'edited.png'];
    const ended = await workplace.run(args, { program, env: { QWEN_MODEL_DIR: '' } });
    expect(ended).toMatchObject({ code: 0, stderr: expect.stringContaining('edited.png') });
    const { channels } = await sharp(await workplace.read('edited.png')).stats();
    const [red = NaN, green = NaN, blue = NaN] = channels.map(({ mean }) => mean);
    expect(Math.max(Math.abs(red - green), Math.abs(green - blue))).toBeLessThan(8);
    await workplace.remove();
  });

  test('serves gRPC, with the files that its clients are made of', async () => {
    const server = await TestServer.start({ program, env: { GRPC_PORT: '0' } });
    const client = new GrpcClient(grpcAddress(server), undefined, {}, join(program, 'proto'));
    expect((await client.all(goodRequest())).at(-1)?.event).toBe('completed');
    client.close();
    expect(await server.stop()).toEqual({ code: 0, leftovers: [] });
  });

  test('serves edits, its page and its documentation', async () => {
    const server = await TestServer.start({ program });
    const form = new FormData();
    form.set('images', new Blob([await sharp(PHOTO).resize(64).png().toBuffer()]), 'photo.png');
    form.set('prompt', 'make it black and white');
    form.set('num_inference_steps', '1');
    const edited = await fetch(`${server.url}/v1/images/edits`, { method: 'POST', body: form });
    expect(await edited.json()).toMatchObject({ data: [{ b64_json: expect.any(String) }] });
    const page = await (await fetch(server.url)).text();
    const links = [...page.matchAll(/(?:href|src)="(playground\/[^"]+)"/g)].map(([, path = '']) => path);
    const documentation = ['docs', 'docs/swagger-ui.css', 'docs/swagger-ui-bundle.js', 'openapi.json'];
    for (const path of [...links, ...documentation]) {
      expect([path, (await fetch(`${server.url}/${path}`)).status]).toEqual([path, 200]);
    }
    expect(await server.stop()).toEqual({ code: 0, leftovers: [] });
  });
});
