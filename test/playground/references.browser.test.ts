import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { edit, form } from '../support/edit-form.js';
import type { EditorPage } from '../support/editor-page.js';
import { pictureFile } from '../support/fixtures.js';
import { PageTests } from '../support/page-tests.js';
import { TestServer } from '../support/server.js';

jest.setTimeout(300_000);

const run = promisify(execFile);
const NAMES = ['square.png', 'tall.png', 'wide.png'];

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

describe('the references of an edit on the page', () => {
  const tests = new PageTests();
  let server: TestServer;
  let editor: EditorPage;
  let page: Page;
  beforeAll(async () => {
    server = await TestServer.start({ checkpoint: 'plus-2511', env: { MAX_REFERENCES: '3' } });
  });
  afterAll(() => server.stop());

  const open = async (options: Parameters<PageTests['open']>[1] = {}): Promise<void> => {
    editor = await tests.open(server.url, options);
    ({ page } = editor);
    await editor.isUsable();
    await editor.choose(...NAMES.map(pictureFile));
    await page.fill('#prompt', 'the fox of picture 2 into picture 1');
  };
  const numbers = (): Promise<string[]> => page.locator('#pictures .number').allTextContents();
  const announced = (): Promise<string | null> => page.textContent('#announcer');
  const focused = (): Promise<string> => page.evaluate<string>("document.activeElement.getAttribute('aria-label')");
  const thumb = async (name: string): Promise<Box> =>
    (await page.locator(`#pictures li[title="${name}"] img`).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const middle = ({ x, y, width, height }: Box): [number, number] => [x + width / 2, y + height / 2];

  describe('in order', () => {
    beforeEach(() => open());

    test('are numbered as the prompt does, in the language of the page', async () => {
      expect(await numbers()).toEqual(['Picture 1', 'Picture 2', 'Picture 3']);
      await page.click('#switch-language');
      expect(await numbers()).toEqual(['图1', '图2', '图3']);
    });

    test('by keyboard: buttons and arrows move them, keep the focus, and what happened is told', async () => {
      await page.getByRole('button', { name: 'Move wide.png earlier' }).focus();
      await page.keyboard.press('Enter');
      expect(await editor.pictures()).toEqual(['square.png', 'wide.png', 'tall.png']);
      expect(await announced()).toBe('wide.png is now Picture 2 of 3.');
      await page.keyboard.press('ArrowLeft');
      expect(await editor.pictures()).toEqual(['wide.png', 'square.png', 'tall.png']);
      expect(await announced()).toBe('wide.png is now Picture 1 of 3.');
      expect(await focused()).toBe('Move wide.png earlier');
      // It is at the end: nothing happens, and the focus stays.
      await page.keyboard.press('Enter');
      await page.keyboard.press('ArrowLeft');
      expect(await editor.pictures()).toEqual(['wide.png', 'square.png', 'tall.png']);
      expect(await focused()).toBe('Move wide.png earlier');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      expect(await editor.pictures()).toEqual(['square.png', 'tall.png', 'wide.png']);
      expect(await page.getAttribute('#after', 'alt')).toBe('square.png');
    });

    test('by drag with the mouse; Escape gives it up', async () => {
      const drag = async (from: string, to: string): Promise<void> => {
        const [start, end] = [middle(await thumb(from)), middle(await thumb(to))];
        await page.mouse.move(...start);
        await page.mouse.down();
        await page.mouse.move(...end, { steps: 5 });
      };
      await drag('wide.png', 'square.png');
      expect(await page.getAttribute('#pictures li.target', 'title')).toBe('square.png');
      await page.mouse.up();
      expect(await editor.pictures()).toEqual(['wide.png', 'square.png', 'tall.png']);
      expect(await announced()).toBe('wide.png is now Picture 1 of 3.');
      await drag('tall.png', 'wide.png');
      await page.keyboard.press('Escape');
      await page.mouse.up();
      expect(await editor.pictures()).toEqual(['wide.png', 'square.png', 'tall.png']);
      expect(await page.locator('#pictures .dragged, #pictures .target').count()).toBe(0);
    });

    test('are sent in that order as one edit, and the code does the same', async () => {
      await page.getByRole('button', { name: 'Move wide.png earlier' }).click();
      await editor.setOption('seed', '7');
      await editor.makeEdit();
      expect(await editor.results().count()).toBe(1);
      const made = await editor.download();
      const sent = async (names: readonly string[]): Promise<Buffer> => {
        const image = await Promise.all(names.map((name) => readFile(pictureFile(name))));
        const fields = { prompt: 'the fox of picture 2 into picture 1', seed: '7', image };
        return Buffer.from((await edit(server.url, form(fields))).data[0]?.b64_json ?? '', 'base64');
      };
      expect(made.equals(await sent(['square.png', 'wide.png', 'tall.png']))).toBe(true);
      expect(made.equals(await sent(NAMES))).toBe(false);

      const command = (await page.textContent('#curl')) ?? '';
      expect(command.match(/-F '.*'/g)).toEqual(
        ['square.png', 'wide.png', 'tall.png'].map((name) => `-F 'image[]=@"${name}"'`),
      );
      expect(await page.textContent('#python')).toContain('("image[]", open("wide.png", "rb"))');
      const folder = await mkdtemp(join(tmpdir(), 'page-'));
      for (const name of NAMES) await cp(pictureFile(name), join(folder, name));
      await run('sh', ['-c', command], { cwd: folder });
      expect(made.equals(await readFile(join(folder, 'edited-1.png')))).toBe(true);
      await rm(folder, { recursive: true });
    });

    test('or an edit is made of each, without numbers or order, which a reload remembers', async () => {
      await page.getByLabel('An edit of each').check();
      expect(await numbers()).toEqual([]);
      expect(await page.textContent('#curl')).toContain(`-F 'images=@"tall.png"'`);
      expect(await page.textContent('#arrangement-note')).toBe('');
      await editor.makeEdit();
      expect(await editor.results().count()).toBe(3);
      await editor.isKept(3);
      await page.reload();
      await editor.isUsable();
      expect(await editor.pictures()).toEqual(NAMES);
      expect(await page.isChecked('#separate')).toBe(true);
      await page.getByLabel('One edit with all of them').check();
      expect(await numbers()).toHaveLength(3);
    });

    test('more than the model takes are refused before they are sent', async () => {
      await editor.choose(pictureFile('strip.png'));
      const refusal = 'An edit takes 3 pictures at most, and these are 4: take some out, or choose an edit of each.';
      expect(await page.textContent('#arrangement-note')).toBe(refusal);
      const sent: string[] = [];
      page.on('request', (request) => sent.push(`${request.method()} ${new URL(request.url()).pathname}`));
      await editor.run();
      await page.locator('#images-fault', { hasText: refusal }).waitFor();
      expect(await page.evaluate<string>('document.activeElement.id')).toBe('choose');
      expect(sent.filter((request) => request.startsWith('POST'))).toEqual([]);
      await page.click('#switch-language');
      await page.locator('#images-fault', { hasText: '一次编辑最多 3 张图片，现有 4 张' }).waitFor();
      await page.getByRole('button', { name: '移除 strip.png' }).click();
      expect(await editor.faults().count()).toBe(0);
      await editor.makeEdit();
    });

    test('one picture alone is neither numbered nor asked about', async () => {
      for (const name of ['tall.png', 'wide.png']) await page.getByRole('button', { name: `Remove ${name}` }).click();
      expect(await numbers()).toEqual([]);
      expect(await page.isVisible('#arrangement')).toBe(false);
      expect(await page.textContent('#curl')).toContain(`-F 'images=@"square.png"'`);
    });
  });

  test('by drag with a finger', async () => {
    await open({ hasTouch: true });
    const session = await page.context().newCDPSession(page);
    const touch = async (type: 'touchStart' | 'touchMove' | 'touchEnd', ...at: readonly number[]): Promise<void> => {
      const [x = 0, y = 0] = at;
      await session.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] });
    };
    const [start, end] = [middle(await thumb('square.png')), middle(await thumb('wide.png'))];
    await touch('touchStart', ...start);
    for (let part = 0.1; part < 1.05; part += 0.1) {
      await touch('touchMove', start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1]));
    }
    await touch('touchEnd');
    expect(await editor.pictures()).toEqual(['tall.png', 'wide.png', 'square.png']);
  });

  test('Run before the model is there: it is one edit all the same', async () => {
    const loading = await tests.serve({ checkpoint: 'plus-2511' });
    await loading.stopNextEngine();
    editor = await tests.open(loading.url);
    ({ page } = editor);
    await page.getByText('Loading the model…').waitFor();
    await editor.choose(...NAMES.map(pictureFile));
    await page.fill('#prompt', 'make it blue');
    await editor.run();
    await page.getByText('Waiting for the model to be loaded…').waitFor();
    process.kill(loading.enginePid, 'SIGCONT');
    await editor.isResultShown();
    await page.locator('#run').waitFor();
    expect(await editor.results().count()).toBe(1);
  });

  test('a model that takes one says so, and edits each by itself', async () => {
    const plain = await tests.serve({ checkpoint: 'plain' });
    editor = await tests.open(plain.url);
    ({ page } = editor);
    await editor.isUsable();
    await editor.choose(...NAMES.map(pictureFile));
    expect(await page.textContent('#arrangement-note')).toBe(
      'The served model takes one picture an edit: each is edited by itself.',
    );
    expect(await page.isVisible('#arrangement')).toBe(false);
    expect(await numbers()).toEqual([]);
    await page.fill('#prompt', 'make it blue');
    await editor.makeEdit();
    expect(await editor.results().count()).toBe(3);
  });
});
