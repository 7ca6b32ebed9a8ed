import { crc32 } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { crc32Joined } from '../../../src/engine/quantized/crc32-joined.js';

test.each([
  [0, 0],
  [0, 5],
  [5, 0],
  [1, 1],
  [1000, 63],
  [7, 100_003],
])('the sum of %i and %i bytes is that of both together', (one, other) => {
  const bytes = Uint8Array.from({ length: one + other }, (_, index) => (index * index * 7) % 251);
  const joined = crc32Joined(crc32(bytes.subarray(0, one)), crc32(bytes.subarray(one)), other);
  expect(joined).toBe(crc32(bytes));
});

test('of parts longer than 32 bits can count', () => {
  const half = 2 ** 31 + 5;
  const sum = 0x12345678;
  // The sum over two halves one by one, and over both at once.
  const twice = crc32Joined(crc32Joined(sum, 0, half), 0, half);
  expect(crc32Joined(sum, 0, 2 * half)).toBe(twice);
});
