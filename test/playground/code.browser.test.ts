import { execFile, spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { EditorPage } from '../support/editor-page.js';
import { pictureFile } from '../support/fixtures.js';
import { PageTests } from '../support/page-tests.js';

jest.setTimeout(300_000);

const run = promisify(execFile);
const hasRequests = spawnSync('python3', ['-c', 'import requests']).status === 0;
if (!hasRequests) console.warn('Python’s requests is not installed: its tests are left out');

const KEY = 'a key: "ü" $HOME';
const PROMPT = '@it\'s "blue" `now`;\n$HOME \\ 50% 蓝';
/** Pictures of the fixtures by the hard names that they get. */
const PICTURES = [
  ['a photo, "mine";type=x.png', 'square.png'],
  ["it's é 照片 $(date).png", 'tall.png'],
] as const;

describe('what the page writes as code', () => {
  const tests = new PageTests();
  let folder: string;
  let editor: EditorPage;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'page-'));
    for (const [name, fixture] of PICTURES) await cp(pictureFile(fixture), join(folder, name));
    const server = await tests.serve({ env: { API_KEY: KEY } });
    editor = await tests.open(server.url);
    await editor.page.getByLabel('Key', { exact: true }).fill(KEY);
    await editor.page.keyboard.press('Enter');
    await editor.page.locator('#options').waitFor();
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Sets up two variants of two pictures, with a prompt and options that need care. */
  const fillIn = async (): Promise<void> => {
    await editor.choose(...PICTURES.map(([name]) => join(folder, name)));
    await editor.page.fill('#prompt', PROMPT);
    await editor.setOption('seed', '7');
    await editor.setOption('n', '2');
    await editor.setOption('negative_prompt', '<no> \'red\'; "none"');
    await editor.page.selectOption('#option-output_format', 'webp');
  };
  /** The program, as it is in the clipboard. */
  const copied = async (id: string): Promise<string> => {
    const { page } = editor;
    await page.click('#code > summary');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.click(`#copy-${id}`);
    await page.getByText('Copied.').first().waitFor();
    return page.evaluate<string>('navigator.clipboard.readText()');
  };
  /** The page's own results, in the order in which they were made. */
  const pageResults = async (): Promise<Buffer[]> => {
    const files: Buffer[] = [];
    for (let place = 3; place >= 0; place -= 1) {
      await editor.results().nth(place).click();
      files.push(await editor.download());
    }
    return files;
  };
  const expectSameFiles = async (execute: (code: string) => Promise<unknown>, id: string): Promise<void> => {
    await fillIn();
    await editor.makeEdit();
    await execute(await copied(id));
    for (const [index, file] of (await pageResults()).entries()) {
      expect(file.equals(await readFile(join(folder, `edited-${index + 1}.webp`)))).toBe(true);
    }
  };
  const options = (): { cwd: string; env: NodeJS.ProcessEnv } => ({
    cwd: folder,
    env: { ...process.env, API_KEY: KEY },
  });

  test('the command with curl gives the same files in a shell', () =>
    expectSameFiles((code) => run('sh', ['-c', code], options()), 'curl'));

  test('the command with curl tells why there are none', async () => {
    await fillIn();
    await editor.setOption('n', '99');
    const { stdout } = await run('sh', ['-c', await copied('curl')], options());
    expect(stdout).toContain('n must be between 1 and 10');
  });

  (hasRequests ? test : test.skip)('the program for Python gives the same files', () =>
    expectSameFiles((code) => run('python3', ['-c', code], options()), 'python'),
  );

  (hasRequests ? test : test.skip)('the program for Python tells why there are none', async () => {
    await fillIn();
    await editor.setOption('n', '99');
    const ended = run('python3', ['-c', await copied('python')], options());
    await expect(ended).rejects.toMatchObject({ code: 1, stderr: 'n must be between 1 and 10\n' });
  });
});
