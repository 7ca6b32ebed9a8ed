/** The values of IEEE 754's binary16 by their bits. */
export const HALF_VALUES: Float32Array = Float32Array.from({ length: 2 ** 16 }, (_, bits) => {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
});

/** The one whose bits stand at `at`, the lower byte first. */
export const halfAt = (bytes: Uint8Array, at: number): number =>
  HALF_VALUES[(bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)] ?? 0;
