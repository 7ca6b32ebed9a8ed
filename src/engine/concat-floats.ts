/** Arrays one behind the other; a single one is not copied. */
export function concatFloats(arrays: readonly Float32Array[]): Float32Array {
  const [only, ...others] = arrays;
  if (only !== undefined && others.length === 0) return only;
  const all = new Float32Array(arrays.reduce((length, array) => length + array.length, 0));
  let end = 0;
  for (const array of arrays) {
    all.set(array, end);
    end += array.length;
  }
  return all;
}
