import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { EditorPage } from '../support/editor-page.js';
import { pictureFile } from '../support/fixtures.js';
import { PageTests } from '../support/page-tests.js';
import { ScreenReader } from '../support/screen-reader.js';
import { TestServer } from '../support/server.js';

jest.setTimeout(300_000);

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

const LOOKS: readonly (readonly [name: string, options: BrowserContextOptions])[] = [
  ['light, English', { colorScheme: 'light', locale: 'en-GB' }],
  ['dark, Chinese', { colorScheme: 'dark', locale: 'zh-CN' }],
  ['light, on a phone', { colorScheme: 'light', viewport: { width: 360, height: 740 } }],
];

/** Controls that are seen and smaller than 44 pixels either way; of a box with a label, both together. */
const SMALL_TARGETS = `[...document.querySelectorAll('button, a[href], select, input, textarea, summary')]
  .filter((control) => control.checkVisibility({ visibilityProperty: true }) && !control.closest('.skip, .visually-hidden'))
  .map((control) => [control, (control.closest('label') ?? control).getBoundingClientRect()])
  .filter(([control, { width, height }]) => height < 43.5 || (width < 43.5 && control.tagName !== 'INPUT'))
  .map(([control, { width, height }]) => [control.id || control.className || control.textContent, width, height])`;

describe('the page is for everyone', () => {
  const tests = new PageTests();
  let server: TestServer;
  let axe: string;
  beforeAll(async () => {
    axe = await readFile(AXE, 'utf8');
    server = await TestServer.start({ env: { MAX_STEPS: '20' } });
  });
  afterAll(() => server.stop());

  const visit = async (options: BrowserContextOptions = {}): Promise<EditorPage> => {
    const editor = await tests.open(server.url, options);
    await editor.isUsable();
    return editor;
  };
  const makeEdit = async (editor: EditorPage): Promise<void> => {
    await editor.choose(pictureFile('wide.png'), pictureFile('tall.png'));
    await editor.page.fill('#prompt', 'make it blue');
    await editor.page.keyboard.press('Control+Enter');
    await editor.isResultShown();
  };
  const expectNoViolations = async (page: Page): Promise<void> => {
    await page.evaluate(axe);
    expect(await page.evaluate<Violation[]>('axe.run().then(({ violations }) => violations)')).toEqual([]);
  };

  test.each(LOOKS)('axe finds nothing: %s', async (_name, options) => {
    const editor = await visit(options);
    const { page } = editor;
    await page.locator('.example').nth(2).waitFor();
    await expectNoViolations(page);
    await page.click('#camera');
    await expectNoViolations(page);
    await page.click('#camera-close');
    await editor.run();
    await page.locator('#images-fault:not(:empty)').waitFor();
    await expectNoViolations(page);
    await makeEdit(editor);
    await editor.unfoldAll();
    await expectNoViolations(page);
    await page.fill('#option-n', '99');
    await editor.run();
    await page.locator('#option-n-fault:not(:empty)').waitFor();
    await expectNoViolations(page);
    await editor.results().first().click();
    await expectNoViolations(page);
    await page.click('#forget');
    await expectNoViolations(page);
  });

  test.each(LOOKS)(
    'axe finds nothing where references are put in order and a mask is painted: %s',
    async (_name, options) => {
      const several = await tests.serve({ checkpoint: 'plus-2511' });
      const editor = await tests.open(several.url, options);
      const { page } = editor;
      await editor.isUsable();
      await editor.choose(pictureFile('wide.png'), pictureFile('tall.png'));
      await page.locator('#arrangement').waitFor();
      await expectNoViolations(page);
      await page.locator('#mask-open:enabled').click();
      await page.keyboard.press('Space');
      await page.locator('#mask-remove').waitFor();
      await expectNoViolations(page);
      await page.click('#separate');
      await page.locator('#mask-open:disabled').waitFor();
      await expectNoViolations(page);
    },
  );

  test.each(LOOKS)('axe finds nothing where a key is asked for: %s', async (_name, options) => {
    const keyed = await tests.serve({ env: { API_KEY: 'key' } });
    const { page } = await tests.open(keyed.url, options);
    await page.locator('#key-dialog[open]').waitFor();
    await expectNoViolations(page);
    await page.fill('#key', 'wrong');
    await page.keyboard.press('Enter');
    await page.locator('#key-fault:not(:empty)').waitFor();
    await expectNoViolations(page);
    await page.click('#key-later');
    await page.locator('#notice').waitFor();
    await expectNoViolations(page);
  });

  test.each([320, 360, 768, 1024, 1920, 2560])(
    'nothing is wider than a window of %d pixels, in either language',
    async (width) => {
      const editor = await visit({ viewport: { width, height: 800 } });
      const expectToFit = async (): Promise<void> => {
        for (let language = 0; language < 2; language += 1) {
          expect(await editor.page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
          await editor.page.click('#switch-language');
        }
      };
      await editor.choose(pictureFile('wide.png'));
      await editor.page.locator('#mask-open:enabled').click();
      await expectToFit();
      await editor.page.getByRole('button', { name: 'Remove wide.png' }).click();
      await makeEdit(editor);
      await editor.unfoldAll();
      await expectToFit();
    },
  );

  test('whatever a finger is meant to hit has 44 pixels or more either way', async () => {
    const editor = await visit({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    const { page } = editor;
    const expectRoom = async (): Promise<void> => {
      expect(await page.evaluate<unknown[]>(SMALL_TARGETS)).toEqual([]);
    };
    await page.locator('.example').nth(2).waitFor();
    await expectRoom();
    await makeEdit(editor);
    await editor.unfoldAll();
    await expectRoom();
    await editor.results().first().click();
    await expectRoom();
    await page.click('#show-input');
    await page.getByRole('button', { name: 'Remove tall.png' }).click();
    await page.locator('#mask-open:enabled').click();
    await expectRoom();
  });

  test('speaks the browser’s language, the chosen one from then on', async () => {
    const { page } = await visit({ locale: 'zh-TW' });
    expect(await page.getAttribute('html', 'lang')).toBe('zh-Hans');
    await page.getByRole('button', { name: '运行', exact: true }).waitFor();
    await page.getByText('去噪步数').waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    expect(await page.title()).toBe('Qwen Image Edit');
  });

  test('every control is reached by keyboard in turn, and shows that it is', async () => {
    const editor = await visit();
    const { page } = editor;
    await makeEdit(editor);
    await editor.results().first().click();
    const reached: string[] = [];
    await page.focus('.skip');
    for (;;) {
      await page.keyboard.press('Tab');
      const [tag, id, outline] = await page.evaluate<[string, string, string]>(
        '[document.activeElement.tagName, document.activeElement.id, getComputedStyle(document.activeElement).outlineStyle]',
      );
      // Past the last control comes the browser itself.
      if (tag === 'BODY') break;
      reached.push(id);
      // The range input shows it by its divider.
      if (id !== 'compare') expect([tag, id, outline]).toEqual([tag, id, 'solid']);
    }
    const order = [
      ...['switch-language', 'zoom-in', 'compare-with', 'use-as-input', 'download', 'viewer', 'compare'],
      ...['choose', 'prompt', 'panel-open', 'run', 'forget'],
    ];
    expect(reached.filter((id) => order.includes(id))).toEqual(order);
  });

  test('a whole edit by keyboard alone: a picture, the instruction, an option, Run, the result, on from there', async () => {
    const { page } = await visit();
    const tabTo = async (id: string): Promise<void> => {
      while ((await page.evaluate<string>('document.activeElement.id')) !== id) await page.keyboard.press('Tab');
    };
    await tabTo('choose-first');
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Enter')]);
    await chooser.setFiles(pictureFile('wide.png'));
    await page.locator('#pictures li').waitFor();
    await tabTo('prompt');
    await page.keyboard.type('make it blue');
    await tabTo('panel-open');
    await page.keyboard.press('Enter');
    await tabTo('option-num_inference_steps');
    await page.keyboard.type('1');
    // Enter in an option runs, as in any form.
    await page.keyboard.press('Enter');
    await page.locator('#result-actions').waitFor();
    await tabTo('compare');
    await page.keyboard.press('Home');
    expect(await page.getAttribute('#compare', 'aria-valuetext')).toBe('Before 0%, After 100%');
    await tabTo('choose');
    await page.keyboard.press('Shift+Tab');
    const back = async (id: string): Promise<void> => {
      while ((await page.evaluate<string>('document.activeElement.id')) !== id) await page.keyboard.press('Shift+Tab');
    };
    await back('use-as-input');
    await page.keyboard.press('Enter');
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('prompt');
    await page.keyboard.type('now make it red');
    await page.keyboard.press('Control+Enter');
    await page.locator('#chain .run.done').nth(1).waitFor();
    expect(await page.locator('#chain .meta').first().textContent()).toMatch(/^from 1 · seed \d+$/);
  });

  test('a whole edit by what a screen reader is told alone: roles, names and states, no place on the screen', async () => {
    const { page } = await visit();
    const reader = await ScreenReader.of(page);
    const chosen = page.waitForEvent('filechooser');
    await reader.press('button', 'Choose files');
    await (await chosen).setFiles(pictureFile('wide.png'));
    await reader.find('image', 'wide.png');
    await reader.write('textbox', 'What to change', 'make it blue');
    await reader.press('button', /^Options/);
    await reader.write('textbox', 'Steps', '1');
    await reader.press('button', 'Run');
    await page.locator('#announcer', { hasText: 'The edited picture is there.' }).waitFor();
    await reader.find('image', 'Result of “make it blue”');
    await reader.find('slider', 'Divider between before and after');
    await reader.find('button', 'Result 1: make it blue');
    await reader.press('button', 'Go on from here');
    await reader.find('image', /^wide-edited-\d+\.png$/);
  });
});
