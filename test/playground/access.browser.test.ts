import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser, openPage } from '../support/browser.js';
import { pictureFile } from '../support/fixtures.js';
import { TestServer } from '../support/server.js';

jest.setTimeout(300_000);

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

describe('the page is for everyone', () => {
  let server: TestServer;
  let browser: Browser;
  let axe: string;
  beforeAll(async () => {
    axe = await readFile(AXE, 'utf8');
    [server, browser] = await Promise.all([TestServer.start({ env: { MAX_STEPS: '20' } }), launchBrowser()]);
  });
  afterAll(() => Promise.all([browser.close(), server.stop()]));

  /** Opens the page, and holds it to what must not happen there. */
  const visit = async (options: BrowserContextOptions, act: (page: Page) => Promise<void>): Promise<void> => {
    const { page, context, mishaps } = await openPage(browser, server.url, options);
    await page.locator('#options').waitFor();
    await act(page);
    expect(mishaps).toEqual([]);
    await context.close();
  };
  const makeEdit = async (page: Page): Promise<void> => {
    await page.setInputFiles('#files', [pictureFile('wide.png'), pictureFile('tall.png')]);
    await page.fill('#prompt', 'make it blue');
    await page.keyboard.press('Control+Enter');
    await page.locator('#result-actions').waitFor();
  };
  const unfoldAll = (page: Page): Promise<unknown> =>
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })");
  const violations = async (page: Page): Promise<Violation[]> => {
    await page.evaluate(axe);
    return page.evaluate<Violation[]>('axe.run().then(({ violations }) => violations)');
  };

  test.each([
    ['light, English', { colorScheme: 'light', locale: 'en-GB' }],
    ['dark, Chinese', { colorScheme: 'dark', locale: 'zh-CN' }],
    ['light, on a phone', { colorScheme: 'light', viewport: { width: 360, height: 740 } }],
  ] as const)('axe finds nothing: %s', async (_name, options) => {
    await visit(options, async (page) => {
      expect(await violations(page)).toEqual([]);
      await page.click('#run');
      await page.locator('#images-fault:not(:empty)').waitFor();
      expect(await violations(page)).toEqual([]);
      await makeEdit(page);
      await unfoldAll(page);
      expect(await violations(page)).toEqual([]);
      await page.click('#camera');
      expect(await violations(page)).toEqual([]);
    });
  });

  test.each([320, 360, 768, 1024, 1920])(
    'nothing is wider than a window of %d pixels, in either language',
    async (width) => {
      await visit({ viewport: { width, height: 800 } }, async (page) => {
        await makeEdit(page);
        await unfoldAll(page);
        for (let language = 0; language < 2; language += 1) {
          expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
          await page.click('#switch-language');
        }
      });
    },
  );

  test('speaks the browser’s language, the chosen one from then on', async () => {
    await visit({ locale: 'zh-TW' }, async (page) => {
      expect(await page.getAttribute('html', 'lang')).toBe('zh-Hans');
      await page.getByRole('button', { name: '运行' }).waitFor();
      await page.getByText('去噪步数').waitFor({ state: 'attached' });
      await page.getByRole('button', { name: 'English' }).click();
      await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
      await page.reload();
      await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
      expect(await page.title()).toBe('Qwen Image Edit');
    });
  });

  test('works by keyboard alone: every control is reached in turn, and shows that it is', async () => {
    await visit({}, async (page) => {
      await makeEdit(page);
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
});
