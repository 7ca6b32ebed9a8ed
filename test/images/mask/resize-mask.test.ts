import { describe, expect, test } from '@jest/globals';
import { changingCells } from '../../../src/images/mask/changing-cells.js';
import { maskedSize } from '../../../src/images/mask/masked-size.js';
import { resizeMask } from '../../../src/images/mask/resize-mask.js';

const dots = (width: number, height: number, ...pixels: readonly (readonly [number, number])[]): Uint8Array => {
  const data = new Uint8Array(width * height);
  for (const [x, y] of pixels) data[y * width + x] = 255;
  return data;
};
/** Where they are not 0. */
const places = (data: Uint8Array, width: number): [number, number][] =>
  [...data.entries()].flatMap(([at, value]) => (value > 0 ? [[at % width, Math.trunc(at / width)]] : []));

describe('the cells that may change', () => {
  test('are those of any pixel, be it a single one with a trace of change', () => {
    const data = dots(64, 48, [17, 9]);
    data[9 * 64 + 17] = 1;
    const cells = changingCells({ width: 64, height: 48, data }, { width: 64, height: 48 }, 8);
    expect(cells).toHaveLength(8 * 6);
    expect(places(cells, 8)).toEqual([[2, 1]]);
  });

  test('are all that a pixel reaches into at another size', () => {
    // Of 10 pixels on 16, the sixth lies from 8 to 9.6, and the second from 1.6 to 3.2.
    const at = (x: number, cell: number): [number, number][] =>
      places(
        changingCells({ width: 10, height: 10, data: dots(10, 10, [x, 0]) }, { width: 16, height: 16 }, cell),
        16 / cell,
      );
    expect(at(5, 8)).toEqual([[1, 0]]);
    expect(at(5, 1)).toEqual([
      [8, 0],
      [9, 0],
      [8, 1],
      [9, 1],
    ]);
    expect(at(1, 1)).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    expect(at(4, 8)).toEqual([[0, 0]]);
  });

  test('keep a stroke of one pixel however small the picture is made', () => {
    const [width, height] = [1000, 700];
    const data = new Uint8Array(width * height);
    for (let x = 0; x < width; x += 1) data[333 * width + x] = 255;
    const cells = changingCells({ width, height, data }, { width: 64, height: 48 }, 8);
    expect(places(cells, 8)).toEqual(Array.from({ length: 8 }, (_, column) => [column, 2]));
    // By way of the pixels of the size that is made they are the same.
    const pixels = changingCells({ width, height, data }, { width: 64, height: 48 }, 1);
    expect(changingCells({ width: 64, height: 48, data: pixels }, { width: 64, height: 48 }, 8)).toEqual(cells);
  });
});

describe('a mask at another size', () => {
  test('is the mean of what becomes one pixel', () => {
    const data = dots(8, 4, [0, 0], [2, 0], [3, 0], [2, 1], [3, 1]);
    const { data: half } = resizeMask({ width: 8, height: 4, data }, { width: 4, height: 2 });
    expect([...half]).toEqual([64, 255, 0, 0, 0, 0, 0, 0]);
    const mask = { width: 8, height: 4, data };
    expect(resizeMask(mask, { width: 8, height: 4 })).toBe(mask);
  });

  test('stays what it was where it grows', () => {
    const grown = resizeMask({ width: 2, height: 1, data: dots(2, 1, [1, 0]) }, { width: 6, height: 3 });
    expect([...grown.data]).toEqual(new Array(3).fill([0, 0, 0, 255, 255, 255]).flat());
  });
});

test.each([
  ['what was asked for', { width: 640, height: 64 }, { width: 5000, height: 400 }, '640x64'],
  ['the picture’s own size', 'auto', { width: 1001, height: 667 }, '1001x667'],
  ['a small one, too', 'auto', { width: 21, height: 17 }, '21x17'],
  ['within MAX_OUTPUT_PIXELS at its aspect', 'auto', { width: 4000, height: 3000 }, '2364x1773'],
  ['within MAX_OUTPUT_SIDE', 'auto', { width: 8000, height: 800 }, '4096x409'],
  ['a slim one keeps a pixel', 'auto', { width: 9000, height: 1 }, '4096x1'],
] as const)('a result with a mask has %s', (_name, asked, picture, expected) => {
  const { width, height } = maskedSize(asked, picture, { maxOutputSide: 4096, maxOutputPixels: 4_194_304 });
  expect(`${width}x${height}`).toBe(expected);
  expect(width * height).toBeLessThanOrEqual(4_194_304);
});
