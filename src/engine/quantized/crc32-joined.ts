/** CRC-32's polynomial; of a number's bits the highest is the coefficient of x⁰. */
const POLYNOMIAL = 0xedb88320;
const ONE = 0x80000000;
const X = 0x40000000;

/**
 * The CRC-32 of bytes that stand one after the other, from the sums of both parts (as zlib's crc32_combine).
 * @param secondBytes how long the second part is
 */
export function crc32Joined(first: number, second: number, secondBytes: number): number {
  return (product(powerOfX(8 * secondBytes), first) ^ second) >>> 0;
}

/** x to a power, modulo the polynomial. */
function powerOfX(exponent: number): number {
  let result = ONE;
  let square = X;
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = product(square, result);
    square = product(square, square);
  }
  return result;
}

/** The product of two polynomials, modulo the polynomial. */
function product(one: number, other: number): number {
  let result = 0;
  let multiple = other;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if ((one & bit) !== 0) result ^= multiple;
    multiple = (multiple >>> 1) ^ ((multiple & 1) * POLYNOMIAL);
  }
  return result >>> 0;
}
