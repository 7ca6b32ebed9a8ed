import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { MaskPage, MIDDLE } from '../support/mask-page.js';

jest.setTimeout(300_000);

describe('the mask brush by keyboard', () => {
  const mask = new MaskPage();
  beforeEach(async () => {
    await mask.open();
    await mask.page.focus('#mask-open');
    await mask.page.keyboard.press('Enter');
    expect(await mask.page.evaluate<string>('document.activeElement.id')).toBe('mask');
  });
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await mask.page.keyboard.press(key);
  };

  test('arrows move a brush that is seen, and Space paints where it is', async () => {
    const ring = async (): Promise<number> => (await mask.page.locator('#brush').boundingBox())?.x ?? NaN;
    expect(await mask.page.isVisible('#brush')).toBe(true);
    const before = await ring();
    await press(...Array<string>(10).fill('ArrowLeft'));
    // A quarter of 8 pixels each time, and 20 of 120 in all.
    const { width = NaN } = (await mask.page.locator('#mask').boundingBox()) ?? {};
    expect((await ring()) - before).toBeCloseTo(-width / 6, 0);
    expect(await mask.page.textContent('#announcer')).toBe('Brush at 33 % from the left, 50 % from the top');
    await press('Space');
    expect(await mask.alphaAt([0.333, 0.5], MIDDLE)).toEqual([0, 255]);
  });

  test('Space paints while it is held, Enter until the next one', async () => {
    await mask.page.keyboard.down('Space');
    await press(...Array<string>(10).fill('ArrowRight'));
    await mask.page.keyboard.up('Space');
    await press('ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown');
    expect(await mask.alphaAt([0.5, 0.5], [0.66, 0.5], [0.66, 0.63])).toEqual([0, 0, 255]);
    await mask.page.focus('#mask');
    await press('Enter', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter', 'ArrowDown', 'ArrowDown', 'ArrowDown');
    expect(await mask.alphaAt([0.667, 0.66], [0.667, 0.76])).toEqual([0, 255]);
  });

  test('its size, the eraser, undo and redo have keys; Escape ends', async () => {
    await press(']', ']');
    expect(await mask.page.textContent('#mask-diameter')).toBe('12 px');
    await press('[', 'Space', 'e');
    expect(await mask.page.getAttribute('#mask-erase', 'aria-pressed')).toBe('true');
    await press('Space');
    expect(await mask.alphaAt(MIDDLE)).toEqual([255]);
    await mask.page.focus('#mask');
    await press('Control+z');
    expect(await mask.alphaAt(MIDDLE)).toEqual([0]);
    await mask.page.focus('#mask');
    await press('Control+Shift+z', 'Control+z', 'Control+y');
    expect(await mask.alphaAt(MIDDLE)).toEqual([255]);
    await mask.page.focus('#mask');
    await press('Escape');
    expect(await mask.page.isVisible('#mask-tools')).toBe(false);
    expect(await mask.page.evaluate<string>('document.activeElement.id')).toBe('mask-open');
  });
});
