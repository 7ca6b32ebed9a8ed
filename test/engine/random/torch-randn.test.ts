import { describe, expect, test } from '@jest/globals';
import { Mt19937 } from '../../../src/engine/random/mt19937.js';
import { torchRandn } from '../../../src/engine/random/torch-randn.js';
import { list, number, object, text } from '../../support/json-shape.js';
import { floats, goldenJson, maxDifference } from '../../support/goldens.js';

const CASES = list(object({ seed: number, count: number, head: text, tail: text }));

/** Torch's own results differ by this much between processors. */
const TOLERANCE = 3e-6;

describe('torchRandn', () => {
  test.each(goldenJson('randn.json', CASES))('seed $seed, $count values', ({ seed, count, head, tail }) => {
    const values = torchRandn(seed, count);
    const tolerance = count < 16 ? 0 : TOLERANCE;
    expect(values).toHaveLength(count);
    expect(maxDifference(values.subarray(0, 20), floats(head))).toBeLessThanOrEqual(tolerance);
    expect(maxDifference(values.subarray(Math.max(0, count - 20)), floats(tail))).toBeLessThanOrEqual(tolerance);
  });

  test('counts the low 32 bits of a seed', () => {
    expect(torchRandn(2 ** 32 + 5, 64)).toEqual(torchRandn(5, 64));
  });
});

test('MT19937 gives its authors’ numbers', () => {
  const generator = new Mt19937(5489);
  const numbers = Array.from({ length: 10_000 }, () => generator.nextUint32());
  expect(numbers[0]).toBe(3499211612);
  // The C++ standard names the 10,000th number of the default seed.
  expect(numbers[9_999]).toBe(4123659995);
});
