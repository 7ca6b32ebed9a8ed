import { describe, expect, test } from '@jest/globals';
import { MaskedArea, WHOLE_PICTURE } from '../../../src/engine/pipeline/edited-area.js';
import { packLatents } from '../../../src/engine/transformer/latents.js';

const [CHANNELS, ROWS, COLUMNS, CELL] = [3, 4, 6, 8];
const COUNT = CHANNELS * ROWS * COLUMNS;
const made = { width: COLUMNS * CELL, height: ROWS * CELL };
const image = { ...made, data: new Uint8Array(3 * made.width * made.height).fill(7) };
const shape = { channels: CHANNELS, height: ROWS, width: COLUMNS };
const values = (scale: number): Float32Array =>
  Float32Array.from({ length: COUNT }, (_, at) => Math.sin(at + 1) * scale);
const packed = (data: Float32Array): Float32Array => packLatents({ data, ...shape });

/** A picture of which one pixel, of the cell in the third row and fifth column, may change. */
function onePixel(): MaskedArea {
  const data = new Uint8Array(made.width * made.height);
  data[(2 * CELL + 7) * made.width + 4 * CELL] = 1;
  const weights = { ...made, data: data.map((value) => value * 255) };
  const picture = { atResult: image, atMade: image, changes: { ...made, data }, weights };
  return new MaskedArea(picture, { data: values(1), ...shape });
}

describe('what of a picture may change', () => {
  test.each([0, 0.02, 0.5, 1])(
    'latents are held to the picture with the noise of sigma %s, but for the cell',
    (sigma) => {
      const [latents, noise] = [values(3), values(5)];
      const held = onePixel().hold(packed(latents), packed(noise), sigma);
      const expected = values(1).map((value, at) => {
        const [row, column] = [Math.trunc((at % (ROWS * COLUMNS)) / COLUMNS), at % COLUMNS];
        if (row === 2 && column === 4) return latents[at] ?? NaN;
        return Math.fround(sigma * (noise[at] ?? NaN)) + Math.fround(Math.fround(1 - sigma) * value);
      });
      expect(held).toEqual(packed(expected));
    },
  );

  test('pixels and planes are the picture’s, but for the pixel', () => {
    const area = onePixel();
    const place = (2 * CELL + 7) * made.width + 4 * CELL;
    const pixels = area.finishPixels(image.data.map(() => 200));
    expect([...pixels.entries()].filter(([, value]) => value !== 7)).toEqual(
      [0, 1, 2].map((c) => [3 * place + c, 200]),
    );
    const planes = area.finishPlanes(new Float32Array(image.data.length).fill(0.5));
    expect(planes.filter((value) => value !== Math.fround(7 / 255))).toEqual(new Float32Array(3).fill(0.5));
  });

  test('all of it without a mask: nothing is copied', () => {
    const [latents, pixels] = [values(3), image.data];
    expect(WHOLE_PICTURE.hold(latents, values(5), 0.5)).toBe(latents);
    expect(WHOLE_PICTURE.finishPixels(pixels)).toBe(pixels);
    expect(WHOLE_PICTURE.finishPlanes(latents)).toBe(latents);
  });
});
