import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Request } from 'playwright-core';
import sharp from 'sharp';
import type { EditorPage } from '../support/editor-page.js';
import { pictureFile } from '../support/fixtures.js';
import { newProfile } from '../support/browser.js';
import { PageTests } from '../support/page-tests.js';
import { TestServer } from '../support/server.js';

jest.setTimeout(300_000);

const ROOT = join(import.meta.dirname, '..', '..');
const MINIATURE = join(ROOT, 'models', 'mini');
const PHOTO = join(ROOT, 'docs', 'images', 'photo.jpg');

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

/** Mean of the colours' differences within a pixel: 0 is grey. */
async function colourfulness(file: Buffer): Promise<number> {
  const { data } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  let sum = 0;
  for (let at = 0; at < data.length; at += 3) {
    const pixel = [...data.subarray(at, at + 3)];
    sum += Math.max(...pixel) - Math.min(...pixel);
  }
  return (3 * sum) / data.length;
}

describe('an edit with the miniature', () => {
  const tests = new PageTests();
  let server: TestServer;
  let editor: EditorPage;
  beforeAll(async () => {
    server = await TestServer.start({ checkpoint: MINIATURE });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    editor = await tests.open(server.url);
    await editor.isReady();
  });

  test('a photo, a suggestion, Run: progress and previews, then the picture with all that can be done with it', async () => {
    const { page } = editor;
    await editor.choose(PHOTO);
    await page.getByRole('button', { name: 'make it black and white', exact: true }).click();
    expect(await page.inputValue('#prompt')).toBe('make it black and white');
    await page.evaluate(RECORD);
    // The page has seen a preview before the picture is made, however fast the engine is.
    server.holdEngine();
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('button', { name: 'Cancel', exact: true }).waitFor();
    await page.locator('#progress-text', { hasText: 'Starting' }).waitFor();
    await server.letEngineGoOnUntil(() => page.evaluate<boolean>('seen.previews.length > 0'));
    await editor.results().first().waitFor();
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();

    const seen = await page.evaluate<Seen>('seen');
    expect(seen.texts.some((text) => /^Step \d of 4( · .* left)?/.test(text))).toBe(true);
    expect(seen.fractions.map(Number)).toEqual([...seen.fractions.map(Number)].sort((a, b) => a - b));
    expect(await page.textContent('#announcer')).toBe('The edited picture is there.');

    const picture = await editor.download();
    expect((await sharp(picture).metadata()).format).toBe('png');
    expect(await colourfulness(picture)).toBeLessThan(0.4 * (await colourfulness(await readFile(PHOTO))));

    const seed = / · seed (\d+)$/.exec((await page.textContent('#caption')) ?? '')?.[1] ?? '';
    await page.click('#use-settings');
    expect(await page.inputValue('#prompt')).toBe('make it black and white');
    expect(await page.inputValue('#option-seed')).toBe(seed);
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('option-seed');
    await page.click('#use-as-input');
    expect(await editor.pictures()).toEqual([`photo-edited-${seed}.png`]);
    expect(await page.getAttribute('#after', 'alt')).toBe(`photo-edited-${seed}.png`);
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('prompt');
  });

  test('an empty page shows examples of the served model, and a click runs one', async () => {
    const { page } = editor;
    expect(await page.isVisible('#welcome')).toBe(true);
    await page.locator('.example').nth(2).waitFor();
    // Before, and over it what became of it.
    await page.locator('.example img[src]').nth(5).waitFor();
    await page.getByRole('button', { name: 'Run the example: make it black and white' }).click();
    await editor.isResultShown();
    await page.locator('#run').waitFor();
    expect(await editor.pictures()).toEqual(['cat.jpg']);
    expect(await page.isVisible('#welcome')).toBe(false);
    const cat = await readFile(join(MINIATURE, 'examples', 'cat.jpg'));
    expect(await colourfulness(await editor.download())).toBeLessThan(0.4 * (await colourfulness(cat)));
  });

  test('all that an empty page brings weighs 150 kB at most, the examples with it', async () => {
    const context = await newProfile(tests.browser);
    const page = await context.newPage();
    const finished: Request[] = [];
    page.on('requestfinished', (request) => finished.push(request));
    await page.goto(server.url);
    await page.locator('.example img[src]').nth(5).waitFor();
    // Others are pictures that it holds already, and what it asks the service again and again, for as long as this takes.
    const brought = finished.filter((request) => request.url().startsWith('http') && !request.url().endsWith('/ready'));
    const sizes = await Promise.all(brought.map((request) => request.sizes()));
    const bytes = sizes.reduce((sum, { responseBodySize }) => sum + responseBodySize, 0);
    await context.close();
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThan(150_000);
  });

  test('what the model’s users should know stands there in the language of the page, and that nothing happened by the result', async () => {
    const { page } = editor;
    await page.getByText('This is a small demonstration model').waitFor();
    await page.click('#switch-language');
    await page.getByText('这是一个小型演示模型').waitFor();
    await editor.choose(PHOTO);
    await page.fill('#prompt', 'put a hat on the cat');
    await editor.setOption('num_inference_steps', '1');
    await editor.makeEdit();
    expect(await page.textContent('#warnings')).toMatch(/^结果与输入图片相同：/);
  });

  test('suggestions are in the language of the page', async () => {
    const { page } = editor;
    const suggestions = page.locator('#suggestions .chip');
    await suggestions.first().waitFor();
    const english = await suggestions.allTextContents();
    await page.click('#switch-language');
    await page.getByRole('button', { name: '把图片变成黑白', exact: true }).waitFor();
    const chinese = await suggestions.allTextContents();
    expect(english.length).toBeGreaterThan(5);
    expect(chinese.length).toBeGreaterThan(5);
    expect(english.filter((text) => /\p{Script=Han}/u.test(text))).toEqual([]);
    expect(chinese.filter((text) => !/\p{Script=Han}/u.test(text))).toEqual([]);
    expect(await page.locator('#suggestions .kind').allTextContents()).toEqual(['颜色', '质感', '形状']);
    await page.getByRole('list', { name: '质感' }).getByRole('button', { name: '锐化' }).click();
    expect(await page.inputValue('#prompt')).toBe('锐化');
  });

  test('the sizes to choose from, and the default, are the model’s', async () => {
    const { page } = editor;
    await page.locator('#option-size').waitFor({ state: 'attached' });
    const sizes = "[...document.getElementById('option-size').list.options].map((option) => option.value)";
    expect(await page.evaluate<string[]>(sizes)).toEqual([
      'auto',
      '256x256',
      '296x224',
      '312x208',
      '344x192',
      '224x296',
      '208x312',
      '192x344',
    ]);
    expect(await page.getAttribute('#option-size', 'placeholder')).toBe('auto');
  });

  test('several pictures at once, two of each: they are a grid, in which each opens', async () => {
    const { page } = editor;
    await editor.choose(PHOTO, pictureFile('tall.png'));
    await page.fill('#prompt', 'tint it blue');
    await editor.setOption('n', '2');
    await editor.setOption('num_inference_steps', '1');
    await editor.setOption('size', '64x64');
    await editor.makeEdit();
    expect(await editor.results().count()).toBe(4);
    expect(await page.locator('#grid button').count()).toBe(4);
    await page.locator('#grid button').first().click();
    expect(await page.getAttribute('#before', 'alt')).toBe('photo.jpg, as it was');
    await editor.results().last().click();
    expect(await page.getAttribute('#before', 'alt')).toBe('tall.png, as it was');
    expect(await editor.results().last().getAttribute('aria-current')).toBe('true');
    await page.click('#back-to-grid');
    expect(await page.locator('#grid button').count()).toBe(4);
    await page.getByRole('button', { name: 'Show all 4' }).click();
    expect(await page.isVisible('#viewer')).toBe(false);
  });

  test('the sample photo, dropped and pasted files are taken, taken out again, and replaced', async () => {
    const { page } = editor;
    await page.click('#sample');
    expect(await editor.pictures()).toEqual(['sample.jpg']);
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
    expect(await editor.pictures()).toEqual(['sample.jpg', 'paste.png', 'drop.png']);
    await page.getByRole('button', { name: 'Remove paste.png' }).click();
    expect(await editor.pictures()).toEqual(['sample.jpg', 'drop.png']);
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Replace drop.png' }).click(),
    ]);
    await chooser.setFiles(pictureFile('tall.png'));
    await page.locator('#pictures li[title="tall.png"]').waitFor();
    expect(await editor.pictures()).toEqual(['sample.jpg', 'tall.png']);
  });

  test('a photo is taken with the camera', async () => {
    const { page } = editor;
    await page.click('#camera');
    await page.locator('#camera-shoot:enabled').click();
    expect(await editor.pictures()).toEqual(['photo.jpg']);
    expect(
      await page.evaluate<number>("document.getElementById('after').decode().then(() => after.naturalWidth)"),
    ).toBeGreaterThan(100);
  });
});
