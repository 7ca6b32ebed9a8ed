import { codesOf, promoteHigh } from './nearest-codes';

/** The smallest bfloat16 that has all of its bits. */
const SMALLEST: f64 = 1.1754943508222875e-38;

/** The nearest float of so few bits that is no nearer to zero; 0 for 0. */
function roundedAway(value: f64, bits: i32): f64 {
  if (value == 0) return value;
  if (Math.abs(value) < SMALLEST) return value < 0 ? -SMALLEST : SMALLEST;
  const below = ((<u64>1) << (53 - bits)) - 1;
  return reinterpret<f64>((reinterpret<u64>(value) + below) & ~below);
}

/** The next float of so few bits that is nearer to zero. */
function nextTowardsZero(value: f64, bits: i32): f64 {
  return reinterpret<f64>(reinterpret<u64>(value) - ((<u64>1) << (53 - bits)));
}

/** The sum of a block's squared errors with a scale. */
function squaredErrors(values: usize, end: usize, scale: f64, zeroCode: i32): f64 {
  const inverse = f64x2.splat(1 / scale);
  const step = f64x2.splat(scale);
  const zero = f64x2.splat(<f64>zeroCode);
  const zeros = i32x4.splat(zeroCode);
  const highest = i32x4.splat(2 * zeroCode - 1);
  let sum = f64x2.splat(0);
  for (; values < end; values += 16) {
    const some = v128.load(values);
    const low = f64x2.promote_low_f32x4(some);
    const high = promoteHigh(some);
    const signed = i32x4.sub(codesOf(low, high, inverse, zero, highest), zeros);
    const highSigned = v128.shuffle<i32>(signed, signed, 2, 3, 0, 1);
    const lowError = f64x2.sub(low, f64x2.mul(f64x2.convert_low_i32x4_s(signed), step));
    const highError = f64x2.sub(high, f64x2.mul(f64x2.convert_low_i32x4_s(highSigned), step));
    sum = f64x2.add(sum, f64x2.add(f64x2.mul(lowError, lowError), f64x2.mul(highError, highError)));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/**
 * The scale of so few bits that changes a block least, of the first with which nothing is beyond the last codes and those below it;
 * of equals the largest.
 */
export function fewBitsScale(values: usize, end: usize, exact: f64, bits: i32, tried: i32, zeroCode: i32): f64 {
  let best = roundedAway(exact, bits);
  if (tried == 1 || best == 0) return best;
  let least = squaredErrors(values, end, best, zeroCode);
  let scale = best;
  for (let more = tried - 1; more > 0; more--) {
    scale = nextTowardsZero(scale, bits);
    if (Math.abs(scale) < SMALLEST) break;
    const errors = squaredErrors(values, end, scale, zeroCode);
    if (errors < least) {
      least = errors;
      best = scale;
    }
  }
  return best;
}
