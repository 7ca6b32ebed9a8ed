import { execFile, spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { EditorPage } from '../support/editor-page.js';
import { pictureFile } from '../support/fixtures.js';
import { PageTests } from '../support/page-tests.js';
import { TestServer } from '../support/server.js';

jest.setTimeout(300_000);

const run = promisify(execFile);
const hasRequests = spawnSync('python3', ['-c', 'import requests']).status === 0;
if (!hasRequests) console.warn('Python’s requests is not installed: its programs are left out');

const KEY = 'a key: "ü" $HOME';
const PROMPT = '@it\'s "blue" `now`;\n$HOME \\ 50% 蓝 ${process.env.HOME}';
/** Pictures of the fixtures by the hard names that they get. */
const PICTURES = [
  ['a photo, "mine";type=x.png', 'square.png'],
  ["it's é 照片 $(date).png", 'tall.png'],
] as const;
/** How each code is run as it is. */
const RUNNERS: Readonly<Record<string, readonly [command: string, ...options: string[]]>> = {
  curl: ['sh', '-c'],
  javascript: [process.execPath, '--input-type=module', '-e'],
  ...(hasRequests ? { python: ['python3', '-c'] } : {}),
};

describe('what the page writes as code', () => {
  const tests = new PageTests();
  let server: TestServer;
  let folder: string;
  let editor: EditorPage;
  beforeAll(async () => {
    server = await TestServer.start({ env: { API_KEY: KEY } });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'page-'));
    editor = await tests.open(server.url);
    await editor.page.getByLabel('Key', { exact: true }).fill(KEY);
    await editor.page.keyboard.press('Enter');
    await editor.isUsable();
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Sets up two variants of two pictures, with a prompt and options that need care. */
  const fillIn = async (): Promise<void> => {
    for (const [name, fixture] of PICTURES) await cp(pictureFile(fixture), join(folder, name));
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
    await editor.openCode();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    // Of one that was copied before, the same would be told.
    await page.evaluate("navigator.clipboard.writeText('')");
    await page.click(`#copy-${id}`);
    await page.getByText('Copied.').first().waitFor();
    await editor.until("navigator.clipboard.readText().then((text) => text !== '')");
    return page.evaluate<string>('navigator.clipboard.readText()');
  };
  const execute = async (id: string, cwd: string): Promise<{ stdout: string; stderr: string }> => {
    const [command = '', ...options] = RUNNERS[id] ?? [];
    return run(command, [...options, await copied(id)], { cwd, env: { ...process.env, API_KEY: KEY } });
  };
  /** The page's own results, in the order in which they were made. */
  const pageResults = async (): Promise<Buffer[]> => {
    const files: Buffer[] = [];
    for (let place = 0; place < (await editor.results().count()); place += 1) {
      await editor.results().nth(place).click();
      files.push(await editor.download());
    }
    return files;
  };
  /** Runs each code in a folder of its own, which holds what `folder` does, and compares its results with the page's. */
  const expectSameFiles = async (extension: string): Promise<void> => {
    const made = await pageResults();
    for (const id of Object.keys(RUNNERS)) {
      const own = await mkdtemp(join(tmpdir(), 'page-'));
      await cp(folder, own, { recursive: true });
      await execute(id, own);
      for (const [index, file] of made.entries()) {
        const written = await readFile(join(own, `edited-${index + 1}.${extension}`));
        expect([id, index, file.equals(written)]).toEqual([id, index, true]);
      }
      await rm(own, { recursive: true });
    }
  };

  test('for a shell, Python and JavaScript it gives the same files from the folder of the pictures', async () => {
    await fillIn();
    await editor.makeEdit();
    await expectSameFiles('webp');
  });

  test('it tells why there are none', async () => {
    await fillIn();
    await editor.setOption('n', '99');
    expect((await execute('curl', folder)).stdout).toContain('n must be between 1 and 10');
    for (const id of Object.keys(RUNNERS).filter((name) => name !== 'curl')) {
      await expect(execute(id, folder)).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining('n must be between 1 and 10'),
      });
    }
  });

  test('it gets the service’s own pictures itself, and what only the page has is saved for it', async () => {
    const { page } = editor;
    await page.click('#sample');
    await page.locator('#pictures li').waitFor();
    await page.evaluate(`fetch(document.getElementById('sample').value).then((answer) => answer.blob()).then((blob) => {
      const data = new DataTransfer();
      data.items.add(new File([blob], 'image.png', { type: blob.type }));
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
    })`);
    await page.locator('#pictures li').nth(1).waitFor();
    expect(await editor.pictures()).toEqual(['sample.jpg', 'pasted-1.png']);
    await page.fill('#prompt', PROMPT);
    await editor.setOption('seed', '7');
    await editor.makeEdit();
    await editor.openCode();
    expect(await page.textContent('#code-files')).toBe(
      'The code gets sample.jpg from the service. Only this page has pasted-1.png: save it beside the code first.',
    );
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#save-pictures')]);
    expect(download.suggestedFilename()).toBe('pasted-1.png');
    await download.saveAs(join(folder, 'pasted-1.png'));
    await expectSameFiles('png');
  });
});
