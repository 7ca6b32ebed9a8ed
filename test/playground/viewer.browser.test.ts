import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { pictureFile } from '../support/fixtures.js';
import type { EditorPage } from '../support/editor-page.js';
import { PageTests } from '../support/page-tests.js';
import { TestServer } from '../support/server.js';

jest.setTimeout(300_000);

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Both pictures are there and have their own place in the frame: of what is not loaded yet, the browser knows no size. */
const FITTED = `['before', 'after'].every((id) => {
  const image = document.getElementById(id);
  const { complete, naturalWidth, naturalHeight, style } = image;
  const ratio = Number(style.getPropertyValue('--aspect')) / (naturalWidth / naturalHeight);
  return complete && naturalWidth > 0 && Math.abs(Math.log(ratio)) < 0.12;
})`;

describe('before and after in one frame', () => {
  const tests = new PageTests();
  let server: TestServer;
  let editor: EditorPage;
  let page: Page;
  let middle: Point;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  const open = async (options: { hasTouch?: boolean } = {}, picture = 'square.png'): Promise<void> => {
    editor = await tests.open(server.url, options);
    ({ page } = editor);
    await editor.isReady();
    await editor.fillIn();
    if (picture !== 'square.png') {
      await page.getByRole('button', { name: 'Remove square.png' }).click();
      await editor.choose(pictureFile(picture));
      await editor.setOption('size', 'auto');
    }
    await editor.makeEdit();
    await editor.until(FITTED);
    const { x, y, width, height } = (await page.locator('#viewer').boundingBox()) ?? {
      x: 0,
      y: 0,
      width: 0,
      height: 0,
    };
    middle = { x: x + width / 2, y: y + height / 2 };
  };
  const style = async (name: string): Promise<number> =>
    parseFloat(await page.evaluate<string>(`document.getElementById('viewer').style.getPropertyValue('--${name}')`));
  const view = async (): Promise<number[]> => [await style('zoom'), await style('x'), await style('y')];

  describe('by mouse and keyboard', () => {
    beforeEach(() => open());

    test('the divider is moved', async () => {
      expect(await style('split')).toBe(50);
      await page.focus('#compare');
      for (let press = 0; press < 4; press += 1) await page.keyboard.press('ArrowRight');
      expect(await style('split')).toBe(54);
      expect(await page.getAttribute('#compare', 'aria-valuetext')).toBe('Before 54%, After 46%');
      await page.keyboard.press('Home');
      expect(await style('split')).toBe(0);
      await page.keyboard.press('End');
      expect(await style('split')).toBe(100);
      await page.fill('#compare', '50');
      await page.mouse.move(middle.x, middle.y);
      await page.mouse.down();
      await page.mouse.move(middle.x - 100, middle.y + 20, { steps: 4 });
      await page.mouse.up();
      const { width = 0 } = (await page.locator('#after').boundingBox()) ?? {};
      expect(await style('split')).toBeCloseTo(50 - 10_000 / width, 0);
    });

    test('the picture is zoomed and moved', async () => {
      await page.focus('#viewer');
      await page.keyboard.press('+');
      expect(await style('zoom')).toBeCloseTo(1.4);
      await page.keyboard.press('ArrowLeft');
      expect(await style('x')).toBe(48);
      await page.keyboard.press('0');
      expect(await view()).toEqual([1, 0, 0]);
      await page.click('#zoom-in');
      await page.click('#zoom-in');
      await page.click('#zoom-out');
      expect(await style('zoom')).toBeCloseTo(1.4);
      await page.click('#zoom-fit');
      expect(await view()).toEqual([1, 0, 0]);
      // A pixel of a small picture is a square of the screen's, and seen as one.
      await page.click('#zoom-pixels');
      expect(Number.parseInt((await page.textContent('#zoom-fit')) ?? '', 10) % 100).toBe(0);
      for (let click = 0; click < 4; click += 1) await page.click('#zoom-in');
      expect(await page.evaluate<string>("getComputedStyle(document.getElementById('after')).imageRendering")).toBe(
        'pixelated',
      );
      await page.click('#zoom-fit');
      const aside = { x: middle.x + 150, y: middle.y + 50 };
      await page.mouse.dblclick(aside.x, aside.y);
      expect(await style('zoom')).toBeCloseTo(2.8);
      expect(await style('x')).toBeCloseTo(150 * (1 - 2.8));
      await page.mouse.move(aside.x, aside.y);
      await page.mouse.down();
      await page.mouse.move(aside.x + 30, aside.y + 10, { steps: 3 });
      await page.mouse.up();
      expect(await style('x')).toBeCloseTo(150 * (1 - 2.8) + 30);
      await page.keyboard.down('Control');
      await page.mouse.wheel(0, 1000);
      await page.keyboard.up('Control');
      await editor.until("document.getElementById('viewer').style.getPropertyValue('--zoom') === '1'");
    });
  });

  test('the divider’s way is the picture, from edge to edge, also when it is zoomed', async () => {
    await open({}, 'tall.png');
    const box = async (selector: string): Promise<{ x: number; y: number; width: number; height: number }> =>
      (await page.locator(selector).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const picture = await box('#after');
    const frame = await box('#viewer');
    expect(picture.width).toBeLessThan(0.8 * frame.width);
    const dividerAt = async (key: 'Home' | 'End'): Promise<number> => {
      await page.focus('#compare');
      await page.keyboard.press(key);
      const { x, width } = await box('#divider');
      return x + width / 2;
    };
    expect(await dividerAt('Home')).toBeCloseTo(picture.x, 0);
    expect(await dividerAt('End')).toBeCloseTo(picture.x + picture.width, 0);
    const { y, height } = await box('#divider');
    expect([y, height].map(Math.round)).toEqual([picture.y, picture.height].map(Math.round));
    // By mouse, the handle at the picture's right edge is taken to its left one.
    await page.mouse.move(picture.x + picture.width, middle.y);
    await page.mouse.down();
    await page.mouse.move(picture.x, middle.y, { steps: 5 });
    await page.mouse.up();
    expect(await style('split')).toBeCloseTo(0, 0);
    // What is outside of the frame is no way.
    for (let click = 0; click < 8; click += 1) await page.click('#zoom-in');
    expect(await dividerAt('Home')).toBeCloseTo(frame.x, 0);
    expect(await dividerAt('End')).toBeCloseTo(frame.x + frame.width, 0);
  });

  test('by touch, the divider is moved and two fingers zoom', async () => {
    await open({ hasTouch: true });
    const session = await page.context().newCDPSession(page);
    const touch = async (
      type: 'touchStart' | 'touchMove' | 'touchEnd',
      ...touchPoints: readonly Point[]
    ): Promise<void> => {
      await session.send('Input.dispatchTouchEvent', { type, touchPoints: [...touchPoints] });
    };
    await touch('touchStart', middle);
    for (let way = 20; way <= 120; way += 20) await touch('touchMove', { x: middle.x + way, y: middle.y });
    await touch('touchEnd');
    expect(await style('split')).toBeGreaterThan(60);

    const fingers = (apart: number): Point[] => [
      { x: middle.x - 100 - apart, y: middle.y + 60 },
      { x: middle.x - 100 + apart, y: middle.y + 60 },
    ];
    await touch('touchStart', ...fingers(20));
    for (let apart = 20; apart <= 60; apart += 10) await touch('touchMove', ...fingers(apart));
    await touch('touchEnd');
    expect(await style('zoom')).toBeCloseTo(3, 0);
  });
});
