// @ts-check
/** Quantiles of the normal distribution that the draws pick from. */
const QUANTILES = 2 ** 16;

/** @type {Float64Array | undefined} */
let quantiles;

/**
 * A stream of random values, its own for each name.
 * @param {string} name
 * @returns {(count: number, transform: (normal: number) => number) => Uint16Array} draws the next `count` 16-bit values, each
 * what `transform` makes of a normal number; give one stream the same `transform` always
 */
export function drawNormals(name) {
  /** @type {Uint16Array | undefined} */
  let values;
  let state = hash(name) || 1;
  return (count, transform) => {
    quantiles ??= Float64Array.from({ length: QUANTILES }, (_, index) => normalQuantile((index + 0.5) / QUANTILES));
    values ??= Uint16Array.from(quantiles, transform);
    const drawn = new Uint16Array(count);
    for (let index = 0; index < count; index += 1) {
      // Marsaglia's xorshift, 32 bits
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      drawn[index] = values[(state >>> 8) & (QUANTILES - 1)] ?? 0;
    }
    return drawn;
  };
}

/** FNV-1a, 32 bits. @param {string} text */
function hash(text) {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The bits of a number rounded to bfloat16, half to even. @param {number} value */
export function toBfloat16(value) {
  float[0] = value;
  const [all = 0] = bits;
  return ((all + 0x7fff + ((all >>> 16) & 1)) >>> 16) & 0xffff;
}

/** Where the normal distribution reaches `probability`: Acklam's rational approximation, good to 1e-9. @param {number} probability */
function normalQuantile(probability) {
  const tail = 0.02425;
  if (probability > 0.5) return -normalQuantile(1 - probability);
  if (probability < tail) {
    const q = Math.sqrt(-2 * Math.log(probability));
    return (
      polynomial(
        q,
        [
          -7.784894002430293e-3, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
          2.938163982698783,
        ],
      ) / polynomial(q, [7.784695709041462e-3, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1])
    );
  }
  const q = probability - 0.5;
  const r = q * q;
  return (
    (polynomial(
      r,
      [
        -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
        2.506628277459239,
      ],
    ) *
      q) /
    polynomial(r, [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1])
  );
}

/**
 * Horner's scheme, the highest power's coefficient first.
 * @param {number} x
 * @param {number[]} coefficients
 */
const polynomial = (x, coefficients) => coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
