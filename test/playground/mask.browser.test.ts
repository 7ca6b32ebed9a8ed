import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import sharp from 'sharp';
import { pictureFile } from '../support/fixtures.js';
import { CORNER, MaskPage, MIDDLE, type Place } from '../support/mask-page.js';

jest.setTimeout(300_000);

describe('the mask brush', () => {
  const mask = new MaskPage();

  describe('with the mouse', () => {
    beforeEach(async () => {
      await mask.open();
      await mask.takeBrush();
    });

    test('what is painted is alpha 0 of a PNG of the picture’s size, the rest opaque', async () => {
      await mask.paint([0.25, 0.5], [0.75, 0.5]);
      expect(await mask.page.textContent('#announcer')).toMatch(/[5-7]% of the picture/);
      const { width, height, name, format } = await mask.saved();
      expect({ width, height, name, format }).toEqual({
        width: 120,
        height: 80,
        name: 'photo-mask.png',
        format: 'png',
      });
      expect(await mask.alphaAt([0.26, 0.5], MIDDLE, [0.74, 0.5])).toEqual([0, 0, 0]);
      // The brush is a tenth of the shorter side: 8 pixels.
      expect(await mask.alphaAt(CORNER, [0.5, 0.42], [0.5, 0.58], [0.18, 0.5], [0.82, 0.5])).toEqual(
        Array(5).fill(255),
      );
      expect(await mask.note()).toMatch(/^The painted part may change, .*: [5-7]% of the picture\.$/);
    });

    test('a click is a dot; the size is the brush’s, as it is told', async () => {
      await mask.page.fill('#mask-size', '50');
      expect(await mask.page.textContent('#mask-diameter')).toBe('40 px');
      const { x, y } = await mask.onPage(MIDDLE);
      await mask.page.mouse.click(x, y);
      expect(await mask.alphaAt(MIDDLE, [0.5, 0.28], [0.35, 0.5], [0.5, 0.22], [0.31, 0.5])).toEqual([
        0, 0, 0, 255, 255,
      ]);
    });

    test('is erased, undone, redone, inverted, cleared and taken off', async () => {
      await mask.paint([0.2, 0.5], [0.8, 0.5]);
      await mask.page.click('#mask-erase');
      await mask.paint([0.5, 0.2], [0.5, 0.8]);
      expect(await mask.alphaAt([0.3, 0.5], MIDDLE)).toEqual([0, 255]);
      await mask.page.click('#mask-undo');
      expect(await mask.alphaAt([0.3, 0.5], MIDDLE)).toEqual([0, 0]);
      await mask.page.click('#mask-redo');
      expect(await mask.alphaAt([0.3, 0.5], MIDDLE)).toEqual([0, 255]);
      await mask.page.click('#mask-invert');
      expect(await mask.alphaAt([0.3, 0.5], MIDDLE, CORNER)).toEqual([255, 0, 0]);
      await mask.page.click('#mask-clear');
      expect(await mask.page.isDisabled('#mask-save')).toBe(true);
      expect(await mask.note()).toBe('Without a mask all of the picture may change.');
      await mask.page.click('#mask-undo');
      expect(await mask.alphaAt([0.3, 0.5], MIDDLE, CORNER)).toEqual([255, 0, 0]);
      await mask.page.getByRole('button', { name: 'Remove the mask' }).click();
      expect(await mask.note()).toBe('Without a mask all of the picture may change.');
      // Nothing to redo after something new.
      expect(await mask.page.getAttribute('#mask-redo', 'aria-disabled')).toBe('true');
    });

    test('where the picture is zoomed and moved, it paints what is under it', async () => {
      for (let click = 0; click < 4; click += 1) await mask.page.click('#zoom-in');
      await mask.page.focus('#viewer');
      for (let press = 0; press < 6; press += 1) await mask.page.keyboard.press('ArrowRight');
      const frame = (await mask.page.locator('#viewer').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
      const middle = { x: frame.x + frame.width / 2, y: frame.y + frame.height / 2 };
      const box = (await mask.page.locator('#mask').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
      const place: Place = [(middle.x - box.x) / box.width, (middle.y - box.y) / box.height];
      expect(place[0]).toBeGreaterThan(0.55);
      await mask.page.mouse.click(middle.x, middle.y);
      expect(await mask.alphaAt(place, MIDDLE)).toEqual([0, 255]);
      // The middle button moves the picture; it paints nothing.
      await mask.page.mouse.move(middle.x, middle.y);
      await mask.page.mouse.down({ button: 'middle' });
      await mask.page.mouse.move(middle.x + 60, middle.y, { steps: 3 });
      await mask.page.mouse.up({ button: 'middle' });
      expect(((await mask.page.locator('#mask').boundingBox())?.x ?? 0) - box.x).toBeCloseTo(60, 0);
      expect(await mask.note()).toMatch(/: <?1% of the picture/);
    });

    test('is seen over the picture until another is the first, and is there again with its own', async () => {
      const sum =
        "document.getElementById('mask-canvas').getContext('2d').getImageData(0, 0, 120, 80).data.reduce((a, b) => a + b)";
      await mask.paint([0.25, 0.5], [0.75, 0.5]);
      expect(await mask.page.evaluate<number>(sum)).toBeGreaterThan(0);
      await mask.page.click('#mask-done');
      expect(await mask.page.evaluate<string>('document.activeElement.id')).toBe('mask-open');
      expect(await mask.page.isVisible('#mask')).toBe(true);
      expect(await mask.page.isVisible('#mask-tools')).toBe(false);
      await mask.editor.choose(pictureFile('square.png'));
      await mask.page.locator('#pictures li').nth(1).waitFor();
      await mask.page.getByRole('button', { name: 'Remove photo.png' }).click();
      expect(await mask.note()).toBe('Without a mask all of the picture may change.');
      expect(await mask.page.isVisible('#mask')).toBe(false);
    });

    test('code has it as a file to be saved beside the picture', async () => {
      expect(await mask.page.textContent('#curl')).not.toContain('mask');
      await mask.paint([0.25, 0.5], [0.75, 0.5]);
      expect(await mask.page.textContent('#curl')).toContain(`-F 'mask=@"photo-mask.png"'`);
      expect(await mask.page.textContent('#python')).toContain('("mask", open("photo-mask.png", "rb"))');
      await mask.editor.openCode();
      const [download] = await Promise.all([mask.page.waitForEvent('download'), mask.page.click('#save-mask')]);
      expect(download.suggestedFilename()).toBe('photo-mask.png');
    });
  });

  test('a photo that was taken upright: the mask has the size that is seen', async () => {
    await mask.open({}, await mask.makePicture('upright.jpg', 120, 80, 6));
    await mask.takeBrush();
    await mask.paint([0.5, 0.1], [0.5, 0.2]);
    expect(await mask.saved()).toMatchObject({ width: 80, height: 120, name: 'upright-mask.png' });
    expect(await mask.alphaAt([0.5, 0.15], [0.5, 0.5], [0.15, 0.5])).toEqual([0, 255, 255]);
  });

  test('is greyed, with the reason, for pictures of different sizes and those that can’t be shown', async () => {
    await mask.open({}, mask.picture, await mask.makePicture('same.png', 120, 80));
    expect(await mask.page.isEnabled('#mask-open')).toBe(true);
    await mask.editor.choose(await mask.makePicture('other.png', 80, 120));
    await mask.page.locator('#mask-note', { hasText: 'A mask is for pictures of one size; these differ.' }).waitFor();
    expect(await mask.page.isEnabled('#mask-open')).toBe(false);
    await mask.page.getByRole('button', { name: 'Remove other.png' }).click();
    expect(await mask.page.isEnabled('#mask-open')).toBe(true);
    for (const name of ['photo.png', 'same.png'])
      await mask.page.getByRole('button', { name: `Remove ${name}` }).click();
    expect(await mask.page.isVisible('#mask-row')).toBe(false);
    const tiff = join(mask.folder, 'scan.tiff');
    await writeFile(tiff, await sharp(mask.picture).tiff().toBuffer());
    await mask.editor.choose(tiff);
    await mask.page.locator('#mask-note', { hasText: 'The browser can’t show this picture' }).waitFor();
    await mask.page.locator('#viewer-text', { hasText: 'scan.tiff can’t be shown' }).waitFor();
    expect(await mask.page.isVisible('#zoom-buttons')).toBe(false);
    expect(await mask.page.isEnabled('#mask-open')).toBe(false);
  });
});
