import { execFile, spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { launchBrowser, openPage, type WatchedPage } from '../support/browser.js';
import { TestServer } from '../support/server.js';

jest.setTimeout(300_000);

const ROOT = join(import.meta.dirname, '..', '..');
const MINIATURE = join(ROOT, 'models', 'mini');
const PHOTO = join(ROOT, 'docs', 'images', 'photo.jpg');
const hasRequests = spawnSync('python3', ['-c', 'import requests']).status === 0;
if (!hasRequests) console.warn('Python’s requests is not installed: its test is left out');

/** Notes what the page shows while an edit runs; a string, because it runs in the page. */
const RECORD = `
  window.seen = { texts: [], fractions: [], previews: [] };
  new MutationObserver(() => {
    const note = (list, value) => { if (value && list.at(-1) !== value) list.push(value); };
    note(seen.texts, document.getElementById('progress-text').textContent);
    note(seen.fractions, document.getElementById('progress-bar').getAttribute('value'));
    const after = document.getElementById('after');
    if (after.alt === 'Preview of the result') note(seen.previews, after.src);
  }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
`;

interface Seen {
  readonly texts: readonly string[];
  readonly fractions: readonly string[];
  readonly previews: readonly string[];
}

describe('an edit with the miniature', () => {
  let server: TestServer;
  let browser: Browser;
  let opened: WatchedPage;
  let page: Page;
  let folder: string;
  beforeAll(async () => {
    [server, browser] = await Promise.all([TestServer.start({ checkpoint: MINIATURE }), launchBrowser()]);
  });
  afterAll(() => Promise.all([browser.close(), server.stop()]));
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'page-'));
    opened = await openPage(browser, server.url);
    ({ page } = opened);
    await page.locator('.status.ready').waitFor();
  });
  afterEach(async () => {
    expect(opened.mishaps).toEqual([]);
    await Promise.all([opened.context.close(), rm(folder, { recursive: true })]);
  });

  const results = (): Locator => page.locator('#strip button');
  const downloaded = async (): Promise<Buffer> => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#download')]);
    return readFile(await download.path());
  };
  const setOption = async (name: string, text: string): Promise<void> => {
    if (!(await page.isVisible('#reset-options'))) await page.click('#options > summary');
    await page.fill(`#option-${name}`, text);
  };
  /** Mean of the colours' differences within a pixel: 0 is grey. */
  const colourfulness = async (file: Buffer): Promise<number> => {
    const { data } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    let sum = 0;
    for (let at = 0; at < data.length; at += 3) {
      const pixel = [...data.subarray(at, at + 3)];
      sum += Math.max(...pixel) - Math.min(...pixel);
    }
    return (3 * sum) / data.length;
  };

  test('a photo, a suggestion, Run: progress and previews, then the picture with all that can be done with it', async () => {
    await page.setInputFiles('#files', PHOTO);
    await page.getByRole('button', { name: 'make it black and white' }).click();
    expect(await page.inputValue('#prompt')).toBe('make it black and white');
    await page.evaluate(RECORD);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('button', { name: 'Cancel', exact: true }).waitFor();
    await results().first().waitFor();
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();

    const seen = await page.evaluate<Seen>('seen');
    expect(seen.texts.some((text) => /^Step \d of 4( · .* left)?/.test(text))).toBe(true);
    expect(seen.fractions.map(Number)).toEqual([...seen.fractions.map(Number)].sort((a, b) => a - b));
    expect(seen.previews.length).toBeGreaterThanOrEqual(1);
    expect(await page.textContent('#announcer')).toBe('The edited picture is there.');

    const picture = await downloaded();
    expect((await sharp(picture).metadata()).format).toBe('png');
    expect(await colourfulness(picture)).toBeLessThan(0.4 * (await colourfulness(await readFile(PHOTO))));

    const seed = /^Seed (\d+)$/.exec((await page.textContent('#use-seed')) ?? '')?.[1] ?? '';
    await page.click('#use-seed');
    expect(await page.inputValue('#option-seed')).toBe(seed);
    await page.click('#use-as-input');
    await expectNames(page, [`photo-edited-${seed}.png`]);
    expect(await page.getAttribute('#after', 'alt')).toBe(`photo-edited-${seed}.png`);
  });

  test('the divider moves by keyboard, and the picture zooms', async () => {
    await page.click('#sample');
    await expectNames(page, ['sample.jpg']);
    await page.fill('#prompt', 'make it warmer');
    await setOption('num_inference_steps', '1');
    await page.press('#prompt', 'Control+Enter');
    await results().first().waitFor();
    const style = (name: string): Promise<string> =>
      page.evaluate<string>(`document.getElementById('viewer').style.getPropertyValue('${name}')`);
    await page.focus('#compare');
    expect(await style('--split')).toBe('50%');
    for (let press = 0; press < 4; press += 1) await page.keyboard.press('ArrowRight');
    expect(await style('--split')).toBe('52%');
    await page.focus('#viewer');
    await page.keyboard.press('+');
    expect(Number(await style('--zoom'))).toBeCloseTo(1.4);
    await page.keyboard.press('ArrowLeft');
    expect(parseFloat(await style('--x'))).toBeGreaterThan(0);
    await page.keyboard.press('0');
    expect([await style('--zoom'), await style('--x')]).toEqual(['1', '0px']);
  });

  test('several pictures at once, two of each: one result each, and the strip leads to all', async () => {
    await page.setInputFiles('#files', [PHOTO, join(ROOT, 'test/fixtures/pictures/tall.png')]);
    await page.fill('#prompt', 'tint it blue');
    await setOption('n', '2');
    await setOption('num_inference_steps', '1');
    await page.click('#run');
    await page.locator('#run').waitFor();
    expect(await results().count()).toBe(4);
    expect(await page.getAttribute('#before', 'alt')).toBe('photo.jpg, as it was');
    await results().first().click();
    expect(await page.getAttribute('#before', 'alt')).toBe('tall.png, as it was');
    expect(await results().first().getAttribute('aria-current')).toBe('true');
    await page.click('#clear-results');
    expect(await results().count()).toBe(0);
  });

  test('dropped and pasted files are taken, and taken out again', async () => {
    const give = (kind: string): Promise<void> =>
      page.evaluate<undefined>(`{
        const data = new DataTransfer();
        data.items.add(new File(['x'], '${kind}.png', { type: 'image/png' }));
        const event = '${kind}' === 'paste'
          ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true })
          : new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
        document.body.dispatchEvent(event);
      }`);
    await give('paste');
    await give('drop');
    await page.getByRole('button', { name: 'Remove paste.png' }).waitFor();
    await page.getByRole('button', { name: 'Remove drop.png' }).click();
    expect(await page.locator('#pictures li').count()).toBe(1);
  });

  test('a photo is taken with the camera', async () => {
    await page.click('#camera');
    await page.locator('#camera-shoot:enabled').click();
    await expectNames(page, ['photo.jpg']);
    expect(
      await page.evaluate<number>("document.getElementById('after').decode().then(() => after.naturalWidth)"),
    ).toBeGreaterThan(100);
  });

  describe('as code', () => {
    const run = promisify(execFile);
    const PROMPT = '@it\'s "blue" `now`;\n$HOME \\ 50% 蓝';

    /** What the page makes of a hard prompt, and the code for it, in a folder with the photo. */
    const pictureAndCode = async (id: string): Promise<[picture: Buffer, code: string]> => {
      await cp(PHOTO, join(folder, 'a photo, "mine".jpg'));
      await page.setInputFiles('#files', join(folder, 'a photo, "mine".jpg'));
      await page.fill('#prompt', PROMPT);
      await setOption('seed', '7');
      await setOption('num_inference_steps', '1');
      await page.click('#run');
      await results().first().waitFor();
      await page.click('#code > summary');
      await opened.context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.click(`#copy-${id}`);
      await page.getByText('Copied.').first().waitFor();
      return [await downloaded(), await page.evaluate<string>('navigator.clipboard.readText()')];
    };

    test('the command with curl does the same in a shell', async () => {
      const [picture, code] = await pictureAndCode('curl');
      await run('sh', ['-c', code], { cwd: folder });
      expect(picture.equals(await readFile(join(folder, 'edited-1.png')))).toBe(true);
    });

    (hasRequests ? test : test.skip)('the program for Python does the same', async () => {
      const [picture, code] = await pictureAndCode('python');
      await run('python3', ['-c', code], { cwd: folder });
      expect(picture.equals(await readFile(join(folder, 'edited-1.png')))).toBe(true);
    });
  });
});

async function expectNames(page: Page, names: readonly string[]): Promise<void> {
  await page.locator('#pictures li').first().waitFor();
  expect(await page.evaluate("[...document.querySelectorAll('#pictures li')].map((item) => item.title)")).toEqual(
    names,
  );
}
