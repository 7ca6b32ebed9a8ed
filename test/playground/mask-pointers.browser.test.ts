import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { BrowserContextOptions, CDPSession } from 'playwright-core';
import { MaskPage, MIDDLE, type Place } from '../support/mask-page.js';

jest.setTimeout(300_000);

describe('the mask brush by touch and pen', () => {
  const mask = new MaskPage();
  let session: CDPSession;
  const TOUCH: BrowserContextOptions = { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } };
  beforeEach(async () => {
    await mask.open(TOUCH);
    await mask.page.getByRole('button', { name: 'Paint a mask' }).tap();
    session = await mask.page.context().newCDPSession(mask.page);
  });
  const touch = async (type: 'touchStart' | 'touchMove' | 'touchEnd', ...places: readonly Place[]): Promise<void> => {
    const touchPoints = await Promise.all(places.map((place) => mask.onPage(place)));
    await session.send('Input.dispatchTouchEvent', { type, touchPoints });
  };

  test('a finger paints, and the page stays where it is', async () => {
    const seenAt = async (): Promise<number> => Math.round((await mask.onPage([0, 0])).y);
    const before = await seenAt();
    await touch('touchStart', [0.3, 0.3]);
    for (let y = 0.35; y < 0.72; y += 0.05) await touch('touchMove', [0.3, y]);
    await touch('touchEnd');
    expect(await seenAt()).toBe(before);
    expect(await mask.alphaAt([0.3, 0.32], [0.3, 0.65], MIDDLE)).toEqual([0, 0, 255]);
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
      parseFloat(
        await mask.page.evaluate<string>("document.getElementById('viewer').style.getPropertyValue('--zoom')"),
      ),
    ).toBeGreaterThan(1.2);
    expect(await mask.note()).toBe('Without a mask all of the picture may change.');
  });

  test('a pen paints, and erases with its other end', async () => {
    const pen = async (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', place: Place): Promise<void> => {
      const at = await mask.onPage(place);
      const isDown = type !== 'mouseReleased';
      await session.send('Input.dispatchMouseEvent', {
        ...{ type, ...at, pointerType: 'pen', force: isDown ? 0.5 : 0 },
        ...{ button: 'left', buttons: isDown ? 1 : 0, clickCount: 1 },
      });
    };
    await pen('mousePressed', [0.3, 0.5]);
    await pen('mouseMoved', [0.7, 0.5]);
    await pen('mouseReleased', [0.7, 0.5]);
    expect(await mask.alphaAt([0.31, 0.5], MIDDLE, [0.69, 0.5])).toEqual([0, 0, 0]);
    // Chromium's protocol has no such pen: the event that one makes is given to the page.
    const { x, y } = await mask.onPage(MIDDLE);
    await mask.page.evaluate(`{
      const init = { pointerId: 1, pointerType: 'pen', button: 5, buttons: 32, clientX: ${x}, clientY: ${y}, bubbles: true };
      const box = document.getElementById('mask');
      box.setPointerCapture = () => {};
      box.dispatchEvent(new PointerEvent('pointerdown', init));
      box.dispatchEvent(new PointerEvent('pointerup', { ...init, buttons: 0 }));
    }`);
    expect(await mask.alphaAt([0.31, 0.5], MIDDLE, [0.69, 0.5])).toEqual([0, 255, 0]);
  });
});
