/**
 * What is done with every single weight when a checkpoint is quantized, in AssemblyScript: the build makes rounding.wasm of it
 * (with 128-bit SIMD). Pointers are bytes from the memory's start, at multiples of 16.
 *
 * Codes and scales are made in float64 where doing it in float32 would round to other ones: they don't depend on how many values
 * an instruction takes.
 */
import { fewBitsScale } from './few-bits-scale';
import { codesOf, nearestCodes, promoteHigh } from './nearest-codes';

/** Significant bits of a float32: a scale that has them is written as one, another as a bfloat16. */
const FLOAT32_BITS = 24;
/** The largest code's distance from the zero code, at 8 bits. */
const LIMIT_8: f64 = 127;
/** Codes of one block before they are packed; of the longest, which has 128. */
const blockCodes: usize = memory.data(128 * 4, 16);

/** Where memory begins that no kernel uses for itself. */
export function freeMemory(): usize {
  return __heap_base;
}

/** bfloat16 to float32. */
export function widenBfloat16(source: usize, target: usize, count: i32): void {
  const end = source + ((<usize>count) << 1);
  const zeros = i32x4.splat(0);
  for (; source + 16 <= end; source += 16, target += 32) {
    const halves = v128.load(source);
    v128.store(target, v128.shuffle<i16>(zeros, halves, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(target, v128.shuffle<i16>(zeros, halves, 4, 12, 5, 13, 6, 14, 7, 15), 16);
  }
  for (; source < end; source += 2, target += 4) store<u32>(target, (<u32>load<u16>(source)) << 16);
}

/** IEEE 754's binary16 to float32. */
export function widenFloat16(source: usize, target: usize, count: i32): void {
  const end = source + ((<usize>count) << 1);
  for (; source < end; source += 2, target += 4) {
    const half = <u32>load<u16>(source);
    const sign = (half & 0x8000) << 16;
    const magnitude = (half & 0x7fff) << 13;
    // An exponent of all ones stays one; of the others the bias changes, and what is subnormal gets an exponent of its own.
    const bits =
      magnitude >= 0x0f800000
        ? magnitude | 0x7f800000
        : reinterpret<u32>(reinterpret<f32>(magnitude) * reinterpret<f32>(0x77800000));
    store<u32>(target, sign | bits);
  }
}

/** The value furthest from zero with its sign, of two such the first; a NaN is passed over. */
function furthest(values: usize, end: usize): f32 {
  let most = f32x4.splat(0);
  let least = f32x4.splat(0);
  for (let at = values; at < end; at += 16) {
    const some = v128.load(at);
    most = f32x4.pmax(most, some);
    least = f32x4.pmin(least, some);
  }
  most = f32x4.max(most, v128.shuffle<i32>(most, most, 2, 3, 0, 1));
  least = f32x4.min(least, v128.shuffle<i32>(least, least, 2, 3, 0, 1));
  const above = max<f32>(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1));
  const below = -min<f32>(f32x4.extract_lane(least, 0), f32x4.extract_lane(least, 1));
  if (above > below) return above;
  if (above < below || above == 0) return -below;
  let at = values;
  while (Mathf.abs(load<f32>(at)) != above) at += 4;
  return load<f32>(at);
}

/** Sixteen integers of 32 bits as bytes. */
function bytesOf(codes: usize): v128 {
  const low = i16x8.narrow_i32x4_s(v128.load(codes), v128.load(codes, 16));
  const high = i16x8.narrow_i32x4_s(v128.load(codes, 32), v128.load(codes, 48));
  return i8x16.narrow_i16x8_u(low, high);
}

/** Of each pair of bytes the first's lower half below the second's, in 16 bits. */
function pairs(codes: v128): v128 {
  return v128.and(v128.or(codes, i16x8.shr_u(codes, 4)), i16x8.splat(0xff));
}

/**
 * Rounds rows with one scale for each block. At 4 bits, whose codes reach one further below zero than above, the largest value gets
 * the lowest code and so the scale its sign. Codes are the nearest for the scale as it is written.
 * @param values float32 [rows, stride]
 * @param stride columns, up to the end of a row's last block
 * @param scaleBits significant bits of a scale
 * @param tried scales that are tried where they have few bits
 * @param isSigned codes of 8 bits are written with a sign, those of zero as 0
 * @param codes bytes [rows, stride · bits / 8]: written; of 4 bits the first in a byte's lower half
 * @param scales float32, of fewer bits bfloat16 [rows, stride / blockSize]: written
 * @param columnSums float64 [2, stride]: squares of values and of their errors are added to them; 0 to measure nothing
 * @param rowSums float64 [rows, 2]: the same of each row, written
 */
export function roundBlocks(
  values: usize,
  rows: i32,
  stride: i32,
  bits: i32,
  blockSize: i32,
  scaleBits: i32,
  tried: i32,
  isSigned: bool,
  codes: usize,
  scales: usize,
  columnSums: usize,
  rowSums: usize,
): void {
  const zeroCode = bits == 4 ? 8 : 128;
  const zero = f64x2.splat(<f64>zeroCode);
  const zeros = i32x4.splat(zeroCode);
  const highest = i32x4.splat(2 * zeroCode - 1);
  const signs = i8x16.splat(isSigned ? <i8>-128 : <i8>0);
  const errorSums = columnSums + ((<usize>stride) << 3);
  for (let row = 0; row < rows; row++) {
    let rowSquares = f64x2.splat(0);
    let rowErrors = f64x2.splat(0);
    for (let column = 0; column < stride; column += blockSize) {
      const end = values + ((<usize>blockSize) << 2);
      const largest = <f64>furthest(values, end);
      let scale = bits == 4 ? largest / -8 : Math.abs(largest) / LIMIT_8;
      if (scaleBits == FLOAT32_BITS) {
        store<f32>(scales, <f32>scale);
        scales += 4;
      } else {
        scale = fewBitsScale(values, end, scale, scaleBits, tried, zeroCode);
        store<u16>(scales, <u16>(reinterpret<u32>(<f32>scale) >> 16));
        scales += 2;
      }
      const inverse = f64x2.splat(scale == 0 ? 0 : 1 / scale);
      const step = f32x4.splat(<f32>scale);
      let squares = columnSums + ((<usize>column) << 3);
      let errors = errorSums + ((<usize>column) << 3);
      let written = blockCodes;
      for (; values < end; values += 16, written += 16) {
        const some = v128.load(values);
        const low = f64x2.promote_low_f32x4(some);
        const high = promoteHigh(some);
        const code = codesOf(low, high, inverse, zero, highest);
        v128.store(written, code);
        if (columnSums == 0) continue;
        const restored = f32x4.mul(f32x4.convert_i32x4_s(i32x4.sub(code, zeros)), step);
        const lowError = f64x2.sub(low, f64x2.promote_low_f32x4(restored));
        const highError = f64x2.sub(high, promoteHigh(restored));
        const lowSquare = f64x2.mul(low, low);
        const highSquare = f64x2.mul(high, high);
        const lowErrorSquare = f64x2.mul(lowError, lowError);
        const highErrorSquare = f64x2.mul(highError, highError);
        v128.store(squares, f64x2.add(v128.load(squares), lowSquare));
        v128.store(squares, f64x2.add(v128.load(squares, 16), highSquare), 16);
        v128.store(errors, f64x2.add(v128.load(errors), lowErrorSquare));
        v128.store(errors, f64x2.add(v128.load(errors, 16), highErrorSquare), 16);
        rowSquares = f64x2.add(rowSquares, f64x2.add(lowSquare, highSquare));
        rowErrors = f64x2.add(rowErrors, f64x2.add(lowErrorSquare, highErrorSquare));
        squares += 32;
        errors += 32;
      }
      if (bits == 4) {
        for (let at = blockCodes; at < written; at += 128, codes += 16) {
          v128.store(codes, i8x16.narrow_i16x8_u(pairs(bytesOf(at)), pairs(bytesOf(at + 64))));
        }
      } else {
        for (let at = blockCodes; at < written; at += 64, codes += 16) v128.store(codes, v128.xor(bytesOf(at), signs));
      }
    }
    if (columnSums == 0) continue;
    store<f64>(rowSums, f64x2.extract_lane(rowSquares, 0) + f64x2.extract_lane(rowSquares, 1));
    store<f64>(rowSums, f64x2.extract_lane(rowErrors, 0) + f64x2.extract_lane(rowErrors, 1), 8);
    rowSums += 16;
  }
}

/**
 * Rounds rows to 8 bits with one scale each.
 * @param values float32 [rows, stride]
 * @param stride columns, up to a multiple of 16
 * @param codes uint8 [rows, stride]: written
 * @param scales float32 [rows]: written
 * @param sums float64 [rows, 3]: of each row the squares, the fourth powers and the errors' squares, written; 0 to measure nothing
 */
export function roundChannels(values: usize, rows: i32, stride: i32, codes: usize, scales: usize, sums: usize): void {
  const zero = f64x2.splat(128);
  for (let row = 0; row < rows; row++, scales += 4) {
    const end = values + ((<usize>stride) << 2);
    const largest = Math.abs(<f64>furthest(values, end));
    store<f32>(scales, <f32>(largest / LIMIT_8));
    const inverse = f64x2.splat(largest == 0 ? 0 : LIMIT_8 / largest);
    const step = f64x2.splat(largest / LIMIT_8);
    let squares = f64x2.splat(0);
    let fourths = f64x2.splat(0);
    let errors = f64x2.splat(0);
    let written = blockCodes;
    for (; values < end; values += 16) {
      const some = v128.load(values);
      const low = f64x2.promote_low_f32x4(some);
      const high = promoteHigh(some);
      const code = v128.shuffle<i64>(nearestCodes(low, inverse, zero), nearestCodes(high, inverse, zero), 0, 2);
      v128.store(written, code);
      written += 16;
      if (written == blockCodes + 64) {
        v128.store(codes, bytesOf(blockCodes));
        codes += 16;
        written = blockCodes;
      }
      if (sums == 0) continue;
      const signed = i32x4.sub(code, i32x4.splat(128));
      const lowError = f64x2.sub(low, f64x2.mul(f64x2.convert_low_i32x4_s(signed), step));
      const highSigned = v128.shuffle<i32>(signed, signed, 2, 3, 0, 1);
      const highError = f64x2.sub(high, f64x2.mul(f64x2.convert_low_i32x4_s(highSigned), step));
      const lowSquare = f64x2.mul(low, low);
      const highSquare = f64x2.mul(high, high);
      squares = f64x2.add(squares, f64x2.add(lowSquare, highSquare));
      fourths = f64x2.add(fourths, f64x2.add(f64x2.mul(lowSquare, lowSquare), f64x2.mul(highSquare, highSquare)));
      errors = f64x2.add(errors, f64x2.add(f64x2.mul(lowError, lowError), f64x2.mul(highError, highError)));
    }
    if (sums == 0) continue;
    store<f64>(sums, f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1));
    store<f64>(sums, f64x2.extract_lane(fourths, 0) + f64x2.extract_lane(fourths, 1), 8);
    store<f64>(sums, f64x2.extract_lane(errors, 0) + f64x2.extract_lane(errors, 1), 16);
    sums += 24;
  }
}

/**
 * Turns rows of bytes into columns of a larger matrix.
 * @param source uint8 [rows, stride]
 * @param target uint8 [columns, targetStride]: the first `rows` of each are written
 */
export function transpose(source: usize, rows: i32, columns: i32, stride: i32, target: usize, targetStride: i32): void {
  const evenRows = rows & ~15;
  const evenColumns = columns & ~15;
  for (let column = 0; column < evenColumns; column += 16) {
    for (let row = 0; row < evenRows; row += 16) {
      transposeTile(source + row * stride + column, stride, target + <usize>column * targetStride + row, targetStride);
    }
  }
  transposePart(source, 0, evenRows, evenColumns, columns, stride, target, targetStride);
  transposePart(source, evenRows, rows, 0, columns, stride, target, targetStride);
}

/** What doesn't fill tiles. */
function transposePart(
  source: usize,
  firstRow: i32,
  endRow: i32,
  firstColumn: i32,
  endColumn: i32,
  stride: i32,
  target: usize,
  targetStride: i32,
): void {
  for (let column = firstColumn; column < endColumn; column++) {
    for (let row = firstRow; row < endRow; row++) {
      store<u8>(target + <usize>column * targetStride + row, load<u8>(source + row * stride + column));
    }
  }
}

/** The tile's rows two by two, so that four rounds of it make them columns. */
const tile: usize = memory.data(2 * 16 * 16, 16);

/** Sixteen rows of sixteen bytes. */
function transposeTile(source: usize, stride: i32, target: usize, targetStride: i32): void {
  for (let row = 0; row < 16; row++) v128.store(tile + (row << 4), v128.load(source + row * stride));
  let from = tile;
  let to = tile + 256;
  for (let round = 0; round < 4; round++) {
    for (let row = 0; row < 8; row++) {
      const upper = v128.load(from + (row << 4));
      const lower = v128.load(from + ((row + 8) << 4));
      v128.store(
        to + (row << 5),
        v128.shuffle<i8>(upper, lower, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
      );
      v128.store(
        to + (row << 5),
        v128.shuffle<i8>(upper, lower, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31),
        16,
      );
    }
    const written = to;
    to = from;
    from = written;
  }
  for (let column = 0; column < 16; column++) {
    v128.store(target + <usize>column * targetStride, v128.load(from + (column << 4)));
  }
}
