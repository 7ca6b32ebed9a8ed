/** The largest difference as a share of the largest expected value. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let [difference, largest] = [0, 0];
  for (let index = 0; index < expected.length; index += 1) {
    const value = expected[index] ?? Number.NaN;
    const off = Math.abs((actual[index] ?? Number.NaN) - value);
    if (Number.isNaN(off)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, off);
    largest = Math.max(largest, Math.abs(value));
  }
  return difference / largest;
}

/** Peak signal-to-noise ratio of 8-bit pictures in dB; infinite where they are the same. */
export function psnr(actual: Uint8Array, expected: Uint8Array): number {
  if (actual.length !== expected.length) return Number.NaN;
  let squares = 0;
  for (let index = 0; index < expected.length; index += 1)
    squares += ((actual[index] ?? 0) - (expected[index] ?? 0)) ** 2;
  return 10 * Math.log10(255 ** 2 / (squares / expected.length));
}
