import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { EditorPage } from '../support/editor-page.js';
import { pictureFile } from '../support/fixtures.js';
import { PageTests } from '../support/page-tests.js';
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
    await editor.page.locator('#options').waitFor();
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
    await expectNoViolations(page);
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
    await page.click('#camera');
    await expectNoViolations(page);
  });

  test.each(LOOKS)(
    'axe finds nothing where references are put in order and a mask is painted: %s',
    async (_name, options) => {
      const several = await tests.serve({ checkpoint: 'plus-2511' });
      const editor = await tests.open(several.url, options);
      const { page } = editor;
      await page.locator('#options').waitFor();
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
      await editor.page.click('#pictures .remove');
      await makeEdit(editor);
      await editor.unfoldAll();
      await expectToFit();
    },
  );

  test('speaks the browser’s language, the chosen one from then on', async () => {
    const { page } = await visit({ locale: 'zh-TW' });
    expect(await page.getAttribute('html', 'lang')).toBe('zh-Hans');
    await page.getByRole('button', { name: '运行' }).waitFor();
    await page.getByText('去噪步数').waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    expect(await page.title()).toBe('Qwen Image Edit');
  });

  test('works by keyboard alone: every control is reached in turn, and shows that it is', async () => {
    const editor = await visit();
    const { page } = editor;
    await makeEdit(editor);
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
      'switch-language',
      'choose',
      'prompt',
      'run',
      'viewer',
      'compare',
      'zoom-in',
      'use-seed',
      'download',
    ];
    expect(reached.filter((id) => order.includes(id))).toEqual(order);
  });
});
