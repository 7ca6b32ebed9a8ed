import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { edit, form } from '../support/edit-form.js';
import type { EditorPage } from '../support/editor-page.js';
import { PageTests } from '../support/page-tests.js';
import { TestServer } from '../support/server.js';

jest.setTimeout(300_000);

const run = promisify(execFile);
const [WIDTH, HEIGHT] = [128, 96];
const PROMPT = 'make it blue';

describe('an edit with a mask that was painted on the page', () => {
  const tests = new PageTests();
  let server: TestServer;
  let folder: string;
  let editor: EditorPage;
  let page: Page;
  beforeAll(async () => {
    server = await TestServer.start();
    folder = await mkdtemp(join(tmpdir(), 'page-'));
    for (const [name, colour] of [
      ['photo.png', 40],
      ['second.png', 160],
    ] as const) {
      const pixels = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, index) => (index * 7 + colour) % 256);
      await sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
        .png()
        .toFile(join(folder, name));
    }
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    editor = await tests.open(server.url);
    ({ page } = editor);
    await editor.isUsable();
    await editor.choose(join(folder, 'photo.png'));
    await page.fill('#prompt', PROMPT);
    await editor.setOption('size', 'auto');
    await editor.setOption('seed', '7');
    await page.locator('#mask-open:enabled').click();
  });

  /** Paints a dot in the middle, of half of the picture's height. */
  const paintMiddle = async (): Promise<void> => {
    await page.fill('#mask-size', '50');
    const { x, y, width, height } = (await page.locator('#mask').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.click(x + width / 2, y + height / 2);
  };
  const savedMask = async (): Promise<Buffer> => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#mask-save')]);
    return readFile(await download.path());
  };
  const pixelsOf = (file: Buffer | string): Promise<Buffer> => sharp(file).removeAlpha().raw().toBuffer();
  /** How many pixels have changed: where the mask keeps them, and where it doesn't. */
  const changed = async (result: Buffer, picture: string, mask: Buffer): Promise<{ kept: number; painted: number }> => {
    const [after, before] = [await pixelsOf(result), await pixelsOf(picture)];
    expect(after).toHaveLength(before.length);
    const alpha = await sharp(mask).extractChannel(3).raw().toBuffer();
    const count = { kept: 0, painted: 0 };
    for (const [index, value] of alpha.entries()) {
      const isChanged = [0, 1, 2].some((channel) => after[3 * index + channel] !== before[3 * index + channel]);
      if (isChanged) count[value === 255 ? 'kept' : 'painted'] += 1;
    }
    return count;
  };

  test('changes what was painted and not a bit of the rest, as the API and the code do with the saved mask', async () => {
    await paintMiddle();
    const mask = await savedMask();
    await editor.setOption('mask_feather', '3');
    const command = (await page.textContent('#curl')) ?? '';
    await editor.makeEdit();
    const made = await editor.download();
    const { kept, painted } = await changed(made, join(folder, 'photo.png'), mask);
    expect(kept).toBe(0);
    // A disc of 48 pixels.
    expect(painted).toBeGreaterThan(1000);

    const images = await readFile(join(folder, 'photo.png'));
    const fields = { prompt: PROMPT, images, mask, size: 'auto', seed: '7', mask_feather: '3' };
    const { data } = await edit(server.url, form(fields));
    expect(made.equals(Buffer.from(data[0]?.b64_json ?? '', 'base64'))).toBe(true);

    const work = await mkdtemp(join(folder, 'shell-'));
    await cp(join(folder, 'photo.png'), join(work, 'photo.png'));
    await writeFile(join(work, 'photo-mask.png'), mask);
    await run('sh', ['-c', command], { cwd: work });
    expect(made.equals(await readFile(join(work, 'edited-1.png')))).toBe(true);
  });

  test('is used for each picture of a batch of its size', async () => {
    await paintMiddle();
    const mask = await savedMask();
    await editor.choose(join(folder, 'second.png'));
    await page.locator('#mask-open:enabled').waitFor();
    await editor.makeEdit();
    const second = await editor.results().count();
    expect(second).toBe(2);
    for (const [place, name] of ['photo.png', 'second.png'].entries()) {
      await editor.results().nth(place).click();
      const { kept, painted } = await changed(await editor.download(), join(folder, name), mask);
      expect([name, kept]).toEqual([name, 0]);
      expect(painted).toBeGreaterThan(1000);
    }
  });

  test('what the service finds wrong with it is told beside it', async () => {
    // All of it is painted, then nothing.
    await page.click('#mask-invert');
    await page.click('#mask-invert');
    await editor.run();
    await page.locator('#mask-fault', { hasText: 'it is opaque everywhere, so that nothing may change' }).waitFor();
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('mask-open');
    await page.click('#mask-open');
    await page.click('#mask-undo');
    await editor.makeEdit();
    expect(await editor.faults().count()).toBe(0);
  });
});
