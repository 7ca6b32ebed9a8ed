// @ts-check
/**
 * Makes docs/images/page.png: starts the built service on the miniature, opens its page in Chromium, and has a photo edited.
 *
 *     npm run build && node scripts/picture-the-page.mjs
 */
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { startService } from './support/service.mjs';
import { chromiumPath } from './support/chromium.mjs';

const ROOT = join(import.meta.dirname, '..');
const IMAGES = join(ROOT, 'docs', 'images');
const PATIENCE_MILLISECONDS = 120_000;

const executablePath = chromiumPath();
if (executablePath === null) throw new Error('Chromium is not installed (Debian: apt-get install chromium)');
const service = await startService({ QWEN_MODEL_DIR: join(ROOT, 'models', 'mini') });
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'light', locale: 'en-GB' });
page.setDefaultTimeout(PATIENCE_MILLISECONDS);

/** @param {string} prompt */
const edit = async (prompt) => {
  await page.fill('#prompt', prompt);
  await page.click('#run');
  await page.locator('#cancel').waitFor();
  await page.locator('#run').waitFor();
};

await page.goto(service.url);
await page.locator('#options:not([hidden])').waitFor({ state: 'attached' });
await page.setInputFiles('#files', join(IMAGES, 'photo.jpg'));
await edit('add a sepia tone');
await page.click('#use-as-input');
await edit('add a white border');
await page.locator('#pictures .icon').last().click();
await page.setInputFiles('#files', join(IMAGES, 'photo.jpg'));
await edit('make it black and white');
await page.mouse.move(0, 0);
const picture = await page.screenshot();
// A palette is enough for it, and a third of the size.
await sharp(picture).png({ palette: true, quality: 90, effort: 10 }).toFile(join(IMAGES, 'page.png'));
await browser.close();
await service.stop();
