// @ts-check
/**
 * Says what the page weighs and how soon it can be used: starts the built service on the miniature and opens its page in
 * Chromium, each time in a profile of its own.
 *
 *     npm run build && node scripts/weigh-the-page.mjs
 */
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { startService } from './support/service.mjs';
import { chromiumPath } from './support/chromium.mjs';

const ROUNDS = 5;

const executablePath = chromiumPath();
if (executablePath === null) throw new Error('Chromium is not installed (Debian: apt-get install chromium)');
const service = await startService({ QWEN_MODEL_DIR: join(import.meta.dirname, '..', 'models', 'mini') });
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });

/** @type {number[]} */
const painted = [];
/** @type {number[]} */
const usable = [];
/** @type {Map<string, number>} */
const bytes = new Map();
for (let round = 0; round < ROUNDS; round += 1) {
  const context = await browser.newContext();
  const page = await context.newPage();
  /** @type {Promise<void>[]} */
  const sizes = [];
  page.on('requestfinished', (request) => {
    const { pathname, protocol } = new URL(request.url());
    // Pictures that it holds already.
    if (protocol === 'blob:') return;
    sizes.push(contentLength(request).then((size) => void bytes.set(pathname, size)));
  });
  await page.goto(service.url);
  // The options are made of what the service says: from then on all of the page can be used.
  await page.locator('#options:not([hidden])').waitFor({ state: 'attached' });
  usable.push(await page.evaluate('performance.now()'));
  painted.push(await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"));
  // The examples of the model come last.
  await page.locator('.example img[src]').nth(5).waitFor();
  await Promise.all(sizes);
  await context.close();
}
await browser.close();
await service.stop();

/** @param {import('playwright-core').Request} request */
async function contentLength(request) {
  return Number((await (await request.response())?.headerValue('content-length')) ?? 0);
}

/** @param {number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
for (const [path, size] of bytes) console.log(`${String(size).padStart(8)} bytes  ${path}`);
const total = [...bytes.values()].reduce((sum, size) => sum + size, 0);
console.log(`${bytes.size} requests, ${total} bytes of content`);
console.log(
  `first paint ${Math.round(median(painted) ?? 0)} ms, usable ${Math.round(median(usable) ?? 0)} ms (median of ${ROUNDS})`,
);
