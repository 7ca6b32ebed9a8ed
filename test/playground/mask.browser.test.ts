import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { BrowserContextOptions, CDPSession, Page } from 'playwright-core';
import sharp from 'sharp';
import type { EditorPage } from '../support/editor-page.js';
import { pictureFile } from '../support/fixtures.js';
import { PageTests } from '../support/page-tests.js';
import { TestServer } from '../support/server.js';

jest.setTimeout(300_000);

/** A place in the picture, from 0 to 1 from its top left corner. */
type Place = readonly [x: number, y: number];

describe('the mask brush', () => {
  const tests = new PageTests();
  let server: TestServer;
  let folder: string;
  /** 120×80 pixels. */
  let picture: string;
  let editor: EditorPage;
  let page: Page;
  beforeAll(async () => {
    server = await TestServer.start();
    folder = await mkdtemp(join(tmpdir(), 'page-'));
    picture = await makePicture('photo.png', 120, 80);
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const makePicture = async (name: string, width: number, height: number, orientation = 1): Promise<string> => {
    const file = join(folder, name);
    const image = sharp({ create: { width, height, channels: 3, background: '#8ab' } });
    const extension = name.endsWith('png') ? image.png() : image.jpeg();
    await writeFile(file, await extension.withMetadata({ orientation }).toBuffer());
    return file;
  };
  const open = async (options: BrowserContextOptions = {}, ...files: readonly string[]): Promise<void> => {
    editor = await tests.open(server.url, options);
    ({ page } = editor);
    await editor.isUsable();
    await editor.choose(...(files.length === 0 ? [picture] : files));
    await page.locator('#mask-open:enabled').waitFor();
  };
  const takeBrush = (): Promise<void> => page.getByRole('button', { name: 'Paint a mask' }).click();
  /** Where a place of the picture is on the page. */
  const onPage = async ([x, y]: Place): Promise<{ x: number; y: number }> => {
    const box = (await page.locator('#mask').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    return { x: box.x + x * box.width, y: box.y + y * box.height };
  };
  const paint = async (from: Place, to: Place): Promise<void> => {
    const [start, end] = [await onPage(from), await onPage(to)];
    await page.mouse.move(start.x, start.y);
    await page.mouse.down();
    await page.mouse.move(end.x, end.y, { steps: 6 });
    await page.mouse.up();
  };
  /** The mask's file as it is saved. */
  const saved = async (): Promise<{ data: Buffer; width: number; height: number; name: string; format: string }> => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#mask-save')]);
    const file = await readFile(await download.path());
    const { format } = await sharp(file).metadata();
    const { data, info } = await sharp(file)
      .ensureAlpha()
      .extractChannel(3)
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height, name: download.suggestedFilename(), format };
  };
  /** Alpha of the saved mask at places. */
  const alphaAt = async (...places: readonly Place[]): Promise<number[]> => {
    const { data, width, height } = await saved();
    return places.map(([x, y]) => data[Math.floor(y * height) * width + Math.floor(x * width)] ?? NaN);
  };
  const note = (): Promise<string | null> => page.textContent('#mask-note');
  const MIDDLE: Place = [0.5, 0.5];
  const CORNER: Place = [0.02, 0.02];

  describe('with the mouse', () => {
    beforeEach(async () => {
      await open();
      await takeBrush();
    });

    test('what is painted is alpha 0 of a PNG of the picture’s size, the rest opaque', async () => {
      await paint([0.25, 0.5], [0.75, 0.5]);
      expect(await page.textContent('#announcer')).toMatch(/[5-7]% of the picture/);
      const { width, height, name, format } = await saved();
      expect({ width, height, name, format }).toEqual({
        width: 120,
        height: 80,
        name: 'photo-mask.png',
        format: 'png',
      });
      expect(await alphaAt([0.26, 0.5], MIDDLE, [0.74, 0.5])).toEqual([0, 0, 0]);
      // The brush is a tenth of the shorter side: 8 pixels.
      expect(await alphaAt(CORNER, [0.5, 0.42], [0.5, 0.58], [0.18, 0.5], [0.82, 0.5])).toEqual(Array(5).fill(255));
      expect(await note()).toMatch(/^The painted part may change, .*: [5-7]% of the picture\.$/);
    });

    test('a click is a dot; the size is the brush’s, as it is told', async () => {
      await page.fill('#mask-size', '50');
      expect(await page.textContent('#mask-diameter')).toBe('40 px');
      const { x, y } = await onPage(MIDDLE);
      await page.mouse.click(x, y);
      expect(await alphaAt(MIDDLE, [0.5, 0.28], [0.35, 0.5], [0.5, 0.22], [0.31, 0.5])).toEqual([0, 0, 0, 255, 255]);
    });

    test('is erased, undone, redone, inverted, cleared and taken off', async () => {
      await paint([0.2, 0.5], [0.8, 0.5]);
      await page.click('#mask-erase');
      await paint([0.5, 0.2], [0.5, 0.8]);
      expect(await alphaAt([0.3, 0.5], MIDDLE)).toEqual([0, 255]);
      await page.click('#mask-undo');
      expect(await alphaAt([0.3, 0.5], MIDDLE)).toEqual([0, 0]);
      await page.click('#mask-redo');
      expect(await alphaAt([0.3, 0.5], MIDDLE)).toEqual([0, 255]);
      await page.click('#mask-invert');
      expect(await alphaAt([0.3, 0.5], MIDDLE, CORNER)).toEqual([255, 0, 0]);
      await page.click('#mask-clear');
      expect(await page.isDisabled('#mask-save')).toBe(true);
      expect(await note()).toBe('Without a mask all of the picture may change.');
      await page.click('#mask-undo');
      expect(await alphaAt([0.3, 0.5], MIDDLE, CORNER)).toEqual([255, 0, 0]);
      await page.getByRole('button', { name: 'Remove the mask' }).click();
      expect(await note()).toBe('Without a mask all of the picture may change.');
      // Nothing to redo after something new.
      expect(await page.getAttribute('#mask-redo', 'aria-disabled')).toBe('true');
    });

    test('where the picture is zoomed and moved, it paints what is under it', async () => {
      for (let click = 0; click < 4; click += 1) await page.click('#zoom-in');
      await page.focus('#viewer');
      for (let press = 0; press < 6; press += 1) await page.keyboard.press('ArrowRight');
      const frame = (await page.locator('#viewer').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
      const middle = { x: frame.x + frame.width / 2, y: frame.y + frame.height / 2 };
      const box = (await page.locator('#mask').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
      const place: Place = [(middle.x - box.x) / box.width, (middle.y - box.y) / box.height];
      expect(place[0]).toBeGreaterThan(0.55);
      await page.mouse.click(middle.x, middle.y);
      expect(await alphaAt(place, MIDDLE)).toEqual([0, 255]);
      // The middle button moves the picture; it paints nothing.
      await page.mouse.move(middle.x, middle.y);
      await page.mouse.down({ button: 'middle' });
      await page.mouse.move(middle.x + 60, middle.y, { steps: 3 });
      await page.mouse.up({ button: 'middle' });
      expect(((await page.locator('#mask').boundingBox())?.x ?? 0) - box.x).toBeCloseTo(60, 0);
      expect(await note()).toMatch(/: <?1% of the picture/);
    });

    test('is seen over the picture until another is the first, and is there again with its own', async () => {
      const sum =
        "document.getElementById('mask-canvas').getContext('2d').getImageData(0, 0, 120, 80).data.reduce((a, b) => a + b)";
      await paint([0.25, 0.5], [0.75, 0.5]);
      expect(await page.evaluate<number>(sum)).toBeGreaterThan(0);
      await page.click('#mask-done');
      expect(await page.evaluate<string>('document.activeElement.id')).toBe('mask-open');
      expect(await page.isVisible('#mask')).toBe(true);
      expect(await page.isVisible('#mask-tools')).toBe(false);
      await editor.choose(pictureFile('square.png'));
      await page.locator('#pictures li').nth(1).waitFor();
      await page.getByRole('button', { name: 'Remove photo.png' }).click();
      expect(await note()).toBe('Without a mask all of the picture may change.');
      expect(await page.isVisible('#mask')).toBe(false);
    });

    test('code has it as a file to be saved beside the picture', async () => {
      expect(await page.textContent('#curl')).not.toContain('mask');
      await paint([0.25, 0.5], [0.75, 0.5]);
      expect(await page.textContent('#curl')).toContain(`-F 'mask=@"photo-mask.png"'`);
      expect(await page.textContent('#python')).toContain('("mask", open("photo-mask.png", "rb"))');
      await editor.openCode();
      const [download] = await Promise.all([page.waitForEvent('download'), page.click('#save-mask')]);
      expect(download.suggestedFilename()).toBe('photo-mask.png');
    });
  });

  describe('by keyboard', () => {
    beforeEach(async () => {
      await open();
      await page.focus('#mask-open');
      await page.keyboard.press('Enter');
      expect(await page.evaluate<string>('document.activeElement.id')).toBe('mask');
    });
    const press = async (...keys: readonly string[]): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key);
    };

    test('arrows move a brush that is seen, and Space paints where it is', async () => {
      const ring = async (): Promise<number> => (await page.locator('#brush').boundingBox())?.x ?? NaN;
      expect(await page.isVisible('#brush')).toBe(true);
      const before = await ring();
      await press(...Array<string>(10).fill('ArrowLeft'));
      // A quarter of 8 pixels each time, and 20 of 120 in all.
      const { width = NaN } = (await page.locator('#mask').boundingBox()) ?? {};
      expect((await ring()) - before).toBeCloseTo(-width / 6, 0);
      expect(await page.textContent('#announcer')).toBe('Brush at 33 % from the left, 50 % from the top');
      await press('Space');
      expect(await alphaAt([0.333, 0.5], MIDDLE)).toEqual([0, 255]);
    });

    test('Space paints while it is held, Enter until the next one', async () => {
      await page.keyboard.down('Space');
      await press(...Array<string>(10).fill('ArrowRight'));
      await page.keyboard.up('Space');
      await press('ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown');
      expect(await alphaAt([0.5, 0.5], [0.66, 0.5], [0.66, 0.63])).toEqual([0, 0, 255]);
      await page.focus('#mask');
      await press('Enter', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter', 'ArrowDown', 'ArrowDown', 'ArrowDown');
      expect(await alphaAt([0.667, 0.66], [0.667, 0.76])).toEqual([0, 255]);
    });

    test('its size, the eraser, undo and redo have keys; Escape ends', async () => {
      await press(']', ']');
      expect(await page.textContent('#mask-diameter')).toBe('12 px');
      await press('[', 'Space', 'e');
      expect(await page.getAttribute('#mask-erase', 'aria-pressed')).toBe('true');
      await press('Space');
      expect(await alphaAt(MIDDLE)).toEqual([255]);
      await page.focus('#mask');
      await press('Control+z');
      expect(await alphaAt(MIDDLE)).toEqual([0]);
      await page.focus('#mask');
      await press('Control+Shift+z', 'Control+z', 'Control+y');
      expect(await alphaAt(MIDDLE)).toEqual([255]);
      await page.focus('#mask');
      await press('Escape');
      expect(await page.isVisible('#mask-tools')).toBe(false);
      expect(await page.evaluate<string>('document.activeElement.id')).toBe('mask-open');
    });
  });

  describe('by touch and pen', () => {
    let session: CDPSession;
    const TOUCH: BrowserContextOptions = { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } };
    beforeEach(async () => {
      await open(TOUCH);
      await page.getByRole('button', { name: 'Paint a mask' }).tap();
      session = await page.context().newCDPSession(page);
    });
    afterEach(() => session.detach());
    const touch = async (type: 'touchStart' | 'touchMove' | 'touchEnd', ...places: readonly Place[]): Promise<void> => {
      const touchPoints = await Promise.all(places.map(onPage));
      await session.send('Input.dispatchTouchEvent', { type, touchPoints });
    };

    test('a finger paints, and the page stays where it is', async () => {
      const seenAt = async (): Promise<number> => Math.round((await onPage([0, 0])).y);
      const before = await seenAt();
      await touch('touchStart', [0.3, 0.3]);
      for (let y = 0.35; y < 0.72; y += 0.05) await touch('touchMove', [0.3, y]);
      await touch('touchEnd');
      expect(await seenAt()).toBe(before);
      expect(await alphaAt([0.3, 0.32], [0.3, 0.65], MIDDLE)).toEqual([0, 0, 255]);
    });

    test('a second finger gives the stroke up: two zoom and move the picture', async () => {
      await touch('touchStart', [0.4, 0.5]);
      await touch('touchStart', [0.4, 0.5], [0.6, 0.5]);
      const fingers: (readonly [Place, Place])[] = [
        [
          [0.35, 0.5],
          [0.65, 0.5],
        ],
        [
          [0.3, 0.5],
          [0.7, 0.5],
        ],
      ];
      for (const places of fingers) await touch('touchMove', ...places);
      await touch('touchEnd');
      expect(
        parseFloat(await page.evaluate<string>("document.getElementById('viewer').style.getPropertyValue('--zoom')")),
      ).toBeGreaterThan(1.2);
      expect(await note()).toBe('Without a mask all of the picture may change.');
    });

    test('a pen paints, and erases with its other end', async () => {
      const pen = async (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', place: Place): Promise<void> => {
        const at = await onPage(place);
        const isDown = type !== 'mouseReleased';
        await session.send('Input.dispatchMouseEvent', {
          ...{ type, ...at, pointerType: 'pen', force: isDown ? 0.5 : 0 },
          ...{ button: 'left', buttons: isDown ? 1 : 0, clickCount: 1 },
        });
      };
      await pen('mousePressed', [0.3, 0.5]);
      await pen('mouseMoved', [0.7, 0.5]);
      await pen('mouseReleased', [0.7, 0.5]);
      expect(await alphaAt([0.31, 0.5], MIDDLE, [0.69, 0.5])).toEqual([0, 0, 0]);
      // Chromium's protocol has no such pen: the event that one makes is given to the page.
      const { x, y } = await onPage(MIDDLE);
      await page.evaluate(`{
        const init = { pointerId: 1, pointerType: 'pen', button: 5, buttons: 32, clientX: ${x}, clientY: ${y}, bubbles: true };
        const box = document.getElementById('mask');
        box.setPointerCapture = () => {};
        box.dispatchEvent(new PointerEvent('pointerdown', init));
        box.dispatchEvent(new PointerEvent('pointerup', { ...init, buttons: 0 }));
      }`);
      expect(await alphaAt([0.31, 0.5], MIDDLE, [0.69, 0.5])).toEqual([0, 255, 0]);
    });
  });

  test('a photo that was taken upright: the mask has the size that is seen', async () => {
    await open({}, await makePicture('upright.jpg', 120, 80, 6));
    await takeBrush();
    await paint([0.5, 0.1], [0.5, 0.2]);
    expect(await saved()).toMatchObject({ width: 80, height: 120, name: 'upright-mask.png' });
    expect(await alphaAt([0.5, 0.15], [0.5, 0.5], [0.15, 0.5])).toEqual([0, 255, 255]);
  });

  test('is greyed, with the reason, for pictures of different sizes and those that can’t be shown', async () => {
    await open({}, picture, await makePicture('same.png', 120, 80));
    expect(await page.isEnabled('#mask-open')).toBe(true);
    await editor.choose(await makePicture('other.png', 80, 120));
    await page.locator('#mask-note', { hasText: 'A mask is for pictures of one size; these differ.' }).waitFor();
    expect(await page.isEnabled('#mask-open')).toBe(false);
    await page.getByRole('button', { name: 'Remove other.png' }).click();
    expect(await page.isEnabled('#mask-open')).toBe(true);
    for (const name of ['photo.png', 'same.png']) await page.getByRole('button', { name: `Remove ${name}` }).click();
    expect(await page.isVisible('#mask-row')).toBe(false);
    const tiff = join(folder, 'scan.tiff');
    await writeFile(tiff, await sharp(picture).tiff().toBuffer());
    await editor.choose(tiff);
    await page.locator('#mask-note', { hasText: 'The browser can’t show this picture' }).waitFor();
    await page.locator('#viewer-text', { hasText: 'scan.tiff can’t be shown' }).waitFor();
    expect(await page.isVisible('#zoom-buttons')).toBe(false);
    expect(await page.isEnabled('#mask-open')).toBe(false);
  });
});
