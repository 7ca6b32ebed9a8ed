import { expect, test } from '@jest/globals';
import { formatBytes } from '../../src/program/format-bytes.js';

test.each([
  [0, '0 MB'],
  [1, '1 kB'],
  [41_300, '42 kB'],
  [949_999, '950 kB'],
  [950_000, '1 MB'],
  [31_400_000, '31 MB'],
  [949_000_000, '949 MB'],
  [960_000_000, '1.0 GB'],
  [22_460_000_000, '22.5 GB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
