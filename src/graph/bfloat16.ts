/** How many values bfloat16 has. */
const COUNT = 2 ** 16;

/**
 * The bits of values rounded to bfloat16 (the nearest one, ties to even, as a Cast does). Of values that are bfloat16 already
 * they are the upper halves as they stand: zeros with their sign, subnormal numbers and infinities among them. Not-a-number
 * stays not-a-number.
 * @param values float32, of any shape
 */
export function bfloat16Bits(values: Float32Array): Uint16Array<ArrayBuffer> {
  // Signed, since what passes 2^31 is no small integer to the engine, and slow.
  const words = new Int32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint16Array(values.length);
  for (let index = 0; index < bits.length; index += 1) {
    const word = words[index] ?? 0;
    // Both are made for each value: a branch that is hard to guess costs more.
    const nearest = (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
    // Rounding up a NaN whose upper half is all ones would make a zero of it, rounding down another an infinity.
    const quietNan = (word >>> 16) | 0x40;
    bits[index] = (word & 0x7fffffff) > 0x7f800000 ? quietNan : nearest;
  }
  return bits;
}

/** Every bfloat16 value, in the order of their bits read as a number. */
export function everyBfloat16(): Float32Array {
  return new Float32Array(Uint32Array.from({ length: COUNT }, (_, bits) => bits * COUNT).buffer);
}
