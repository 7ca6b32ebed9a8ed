import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { chromiumPath } from '../../scripts/support/chromium.mjs';

/** Edits on a busy machine take their time. */
const PATIENCE_MILLISECONDS = 150_000;

/** A test picture for a camera, and nobody to be asked whether the page may use it. */
const CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

/** A name for this machine that browsers don't take for it: pages from there over HTTP are not trusted as local ones are. */
export const ELSEWHERE = 'elsewhere.test';
const NAMES = [`--host-resolver-rules=MAP ${ELSEWHERE} 127.0.0.1`];

/** Starts the Chromium of this machine. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === null) throw new Error('Chromium is not installed (Debian: apt-get install chromium)');
  // Chromium has no sandbox for root, as which containers run.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage', ...CAMERA, ...NAMES] });
}

/** A page, and what must not happen on it: errors, refusals by its own policy, requests to elsewhere. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly mishaps: string[];
}

/** A browser profile of its own, patient with a busy machine. */
export async function newProfile(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(PATIENCE_MILLISECONDS);
  return context;
}

/** Opens an address in a browser profile of its own. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await newProfile(browser, options);
  const page = await context.newPage();
  const mishaps: string[] = [];
  page.on('pageerror', (error) => mishaps.push(error.message));
  page.on('console', (message) => {
    // The browser itself reports what the service refuses; tests look at what the page makes of that.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      mishaps.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('blob:'))
      mishaps.push(`asked for ${request.url()}`);
  });
  // A chooser of files is the test's from the start: a key that opens one overtakes what the browser is told when a test asks for it.
  page.on('filechooser', () => undefined);
  await page.goto(url);
  return { page, context, mishaps };
}
