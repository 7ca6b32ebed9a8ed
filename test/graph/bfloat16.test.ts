import { expect, test } from '@jest/globals';
import { bfloat16Bits, everyBfloat16 } from '../../src/graph/bfloat16.js';

const INFINITE = 0x7f80;
const isNan = (bits: number): boolean => (bits & 0x7fff) > INFINITE;

test('a bfloat16 value keeps its bits, whatever it is', () => {
  const kept = bfloat16Bits(everyBfloat16());
  expect(kept).toHaveLength(2 ** 16);
  for (const [bits, made] of kept.entries()) {
    if (isNan(bits)) expect([bits, isNan(made)]).toEqual([bits, true]);
    else if (made !== bits) expect(made).toBe(bits);
  }
});

test('every value is there, by its bits', () => {
  const every = everyBfloat16();
  expect(every[0x3f80]).toBe(1);
  expect(every[0xc000]).toBe(-2);
  expect(every[0x0001]).toBe(2 ** -133);
  expect(every[0x8000]).toBe(-0);
  expect(every[INFINITE]).toBe(Infinity);
  expect(every[0x7f7f]).toBe(255 * 2 ** 120);
  expect(every[0x7fc0]).toBeNaN();
});

test.each([
  ['a tie to the even neighbour below', 1 + 2 ** -8, 1],
  ['a tie to the even neighbour above', 1 + 3 * 2 ** -8, 1 + 2 ** -6],
  ['more than half', 1 + 2 ** -8 + 2 ** -20, 1 + 2 ** -7],
  ['less than half', -(1 + 2 ** -8 - 2 ** -20), -1],
  ['into the next power of two', 2 - 2 ** -10, 2],
  ['a subnormal number', 2 ** -133 * 1.25, 2 ** -133],
  ['half of the smallest number', 2 ** -134, 0],
  ['half of the smallest number below zero', -(2 ** -134), -0],
  ['a massive activation', 1e30, 202 * 2 ** 92],
  ['beyond the largest value', 3.4e38, Infinity],
])('other values are rounded to the nearest: %s', (_, value, expected) => {
  const [bits = 0] = bfloat16Bits(Float32Array.of(value));
  expect(everyBfloat16()[bits]).toBe(expected);
});

test.each([0x7f800001, 0x7fffffff, 0xff800001, 0xffffffff])('not-a-number %d does not become a number', (word) => {
  const [bits = 0] = bfloat16Bits(new Float32Array(Uint32Array.of(word).buffer));
  expect(isNan(bits)).toBe(true);
});

test('values in the middle of a buffer are read where they lie', () => {
  const all = Float32Array.of(1, 2, 3, 4);
  expect([...bfloat16Bits(all.subarray(1, 3))]).toEqual([0x4000, 0x4040]);
});
