import { describe, expect, test } from '@jest/globals';
import { connectedAreas } from '../../../src/images/mask/connected-areas.js';
import { distanceToZero } from '../../../src/images/mask/distance-transform.js';
import { feathered } from '../../../src/images/mask/feather.js';
import type { Mask } from '../../../src/images/mask/mask.js';

/** A mask of digits' rows: `#` changes wholly, `.` not at all, `+` by half. */
function drawn(...rows: readonly string[]): Mask {
  const values: Readonly<Record<string, number>> = { '#': 255, '+': 128, '.': 0 };
  const data = Uint8Array.from(rows.join(''), (letter) => values[letter] ?? NaN);
  return { width: rows[0]?.length ?? 0, height: rows.length, data };
}
const rectangle = (width: number, height: number, inside: (x: number, y: number) => boolean): Mask => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height }, (_, at) => (inside(at % width, Math.trunc(at / width)) ? 255 : 0)),
});

describe('distances to what stays as it is', () => {
  test.each([0, 0.02, 0.3, 0.97, 1])('are exact, with zeros at a share of %s', (share) => {
    const [width, height] = [23, 17];
    const data = Uint8Array.from({ length: width * height }, (_, at) => ((at * 7919) % 1009 < share * 1009 ? 0 : 1));
    const place = (at: number): [number, number] => [at % width, Math.trunc(at / width)];
    const expected = Float32Array.from(data, (_, at) => {
      const [x, y] = place(at);
      const distances = [...data.entries()].flatMap(([other, value]) => {
        const [column, row] = place(other);
        return value === 0 ? [Math.hypot(column - x, row - y)] : [];
      });
      return Math.min(...distances);
    });
    expect(distanceToZero(data, width, height)).toEqual(expected);
  });

  test.each([
    [1, 9],
    [9, 1],
    [1, 1],
  ])('of a line, %s by %s', (width, height) => {
    const data = new Uint8Array(width * height).fill(1);
    data[0] = 0;
    expect([...distanceToZero(data, width, height)]).toEqual([...data.keys()]);
  });
});

test('areas hang together over sides and corners, and not around the picture’s edge', () => {
  const { width, height, data } = drawn('##..#', '..#..', '#....', '#..##');
  const { count, labels } = connectedAreas(data, width, height);
  expect(count).toBe(4);
  expect([...labels]).toEqual([1, 1, 0, 0, 2, 0, 0, 1, 0, 0, 3, 0, 0, 0, 0, 3, 0, 0, 4, 4]);
});

describe('a soft edge', () => {
  const wide = rectangle(60, 40, (x, y) => x >= 10 && x < 50 && y >= 8 && y < 32);

  test('fades inwards alone, by as much a pixel as it is wide', () => {
    const { data, width, height } = feathered(wide, 8);
    expect({ width, height }).toEqual({ width: 60, height: 40 });
    expect(data.filter((_, at) => wide.data[at] === 0)).toEqual(
      new Uint8Array(wide.data.filter((v) => v === 0).length),
    );
    const middle = [...data.subarray(20 * 60, 21 * 60)];
    expect(middle.slice(8, 20)).toEqual([
      0,
      0,
      ...[1, 3, 5, 7, 9, 11, 13, 15].map((n) => Math.round((255 * n) / 16)),
      255,
      255,
    ]);
    expect(middle.slice(30)).toEqual(middle.slice(0, 30).reverse());
    const steps = middle.slice(1).map((value, x) => Math.abs(value - (middle[x] ?? 0)));
    expect(Math.max(...steps)).toBeLessThanOrEqual(32);
  });

  test('of 0 pixels is none', () => expect(feathered(wide, 0)).toEqual(wide));

  test('is none at the picture’s edges', () => {
    const half = rectangle(40, 30, (x) => x < 20);
    const row = (y: number): Uint8Array => feathered(half, 4).data.subarray(y * 40, (y + 1) * 40);
    expect([...row(0)]).toEqual([...row(15)]);
    expect([...row(0).subarray(0, 16)]).toEqual(new Array(16).fill(255));
    const all = rectangle(9, 9, () => true);
    expect(feathered(all, 64)).toEqual(all);
  });

  test.each([1, 2, 3, 6])('leaves a stroke of %s pixels all of the edit where it is deepest', (thickness) => {
    const both = rectangle(80, 60, (x, y) => (y >= 5 && y < 5 + thickness) || (x > 10 && x < 60 && y > 20 && y < 50));
    const { data } = feathered(both, 12);
    const stroke = Array.from({ length: thickness }, (_, row) => data[(5 + row) * 80 + 40] ?? 0);
    expect(Math.max(...stroke)).toBe(255);
    // The other area is deep enough for all of its own.
    expect(data[21 * 80 + 35]).toBe(Math.round((255 * 0.5) / 12));
    expect(data[35 * 80 + 35]).toBe(255);
  });

  test('takes nothing of a mask that fades slower by itself', () => {
    const data = Uint8Array.from({ length: 64 * 8 }, (_, at) => Math.min(255, 6 * (at % 64)));
    const soft = { width: 64, height: 8, data };
    expect(feathered(soft, 8)).toEqual(soft);
    expect(feathered(drawn('.++++++++++.'), 1).data).toEqual(drawn('.++++++++++.').data);
  });
});
