import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import openapiTS, { astToString } from 'openapi-typescript';
import { pictureFile } from '../support/fixtures.js';
import { sharedServer } from '../support/shared-server.js';

jest.setTimeout(300_000);

const ROOT = join(import.meta.dirname, '..', '..');
const KEY = 'the-key';
const run = promisify(execFile);

/** What somebody writes who has generated the types, as openapi-fetch's manual has it for forms. */
const PROGRAM = `
import { readFile } from 'node:fs/promises';
import createClient from 'openapi-fetch';
import type { paths } from './service.js';

const [, , baseUrl = '', key = '', file = ''] = process.argv;
const client = createClient<paths>({ baseUrl, headers: key === '' ? {} : { Authorization: \`Bearer \${key}\` } });
const models = await client.GET('/v1/models/{id}', { params: { path: { id: 'Qwen/tiny-plain' } } });
const picture = new Blob([await readFile(file)], { type: 'image/png' });
const { data, error } = await client.POST('/v1/images/edits', {
  body: { prompt: 'make it blue' },
  bodySerializer: ({ prompt }) => {
    const form = new FormData();
    form.set('prompt', prompt);
    form.set('images', picture, 'photo.png');
    return form;
  },
});
if (error !== undefined) throw new Error(error.error.message);
// A stream's event, a picture and a job are answers, too.
if (typeof data !== 'object' || !('usage' in data)) throw new Error('Not the results');
console.log(JSON.stringify({ model: models.data?.id, results: data.data.length, warnings: data.warnings }));
`;

const OPTIONS = {
  module: 'nodenext',
  target: 'es2022',
  lib: ['es2023', 'dom', 'dom.iterable'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noEmit: true,
};

describe.each([
  ['without a key', ''],
  ['with a key', KEY],
])('a client of openapi-typescript and openapi-fetch, %s', (_name, key) => {
  const shared = sharedServer({ env: { API_KEY: key } });
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'client-'));
    const headers = key === '' ? {} : { authorization: `Bearer ${key}` };
    const document = await (await fetch(`${shared.url}/openapi.json`, { headers })).text();
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: OPTIONS }));
    await writeFile(join(folder, 'service.d.ts'), astToString(await openapiTS(document)));
    await writeFile(join(folder, 'first-edit.ts'), PROGRAM);
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('its first program is right by the types, and makes its edit', async () => {
    const inFolder = { cwd: folder };
    const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
    const { stdout: faults } = await run(process.execPath, [tsc, '--pretty', 'false'], inFolder).catch(
      (error: unknown) => error as { stdout: string },
    );
    expect(faults).toBe('');
    const program = ['--import', 'tsx', 'first-edit.ts', shared.url, key, pictureFile('square.png')];
    const { stdout } = await run(process.execPath, program, inFolder);
    expect(JSON.parse(stdout)).toEqual({ model: 'tiny-plain', results: 1, warnings: [] });
  });
});
