/** Lanes 2 and 3 of a float32 vector as float64. */
export function promoteHigh(values: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i32>(values, values, 2, 3, 0, 1));
}

/** ⌊value · inverse + zero + ½⌋, in that order, for two values. */
export function nearestCodes(values: v128, inverse: v128, zero: v128): v128 {
  const shifted = f64x2.add(f64x2.mul(values, inverse), zero);
  return i32x4.trunc_sat_f64x2_s_zero(f64x2.add(shifted, f64x2.splat(0.5)));
}

/** Codes of four values, none beyond the last ones. */
export function codesOf(low: v128, high: v128, inverse: v128, zero: v128, highest: v128): v128 {
  const exact = v128.shuffle<i64>(nearestCodes(low, inverse, zero), nearestCodes(high, inverse, zero), 0, 2);
  return i32x4.max_s(i32x4.min_s(exact, highest), i32x4.splat(0));
}
