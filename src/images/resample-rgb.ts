import type { ResampleWindows } from './resample-windows.js';
import type { RgbImage } from './rgb-image.js';

/** Looked up once: in the contexts in which tests run, each use of a global costs a search. */
const { imul } = Math;

/** Windows whose weights are fixed-point integers: `weight / 2^precision`. */
export interface FixedPointWindows {
  readonly taps: number;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  /** int32 [output, taps] */
  readonly weights: Int32Array;
  readonly precision: number;
}

/** Rounds weights to fixed point, halves away from zero. */
export function toFixedPoint(windows: ResampleWindows, precision: number): FixedPointWindows {
  const factor = 2 ** precision;
  // An Int32Array cuts what is behind the point, as a cast in C does.
  const weights = Int32Array.from(windows.weights, (weight) => weight * factor + (weight < 0 ? -0.5 : 0.5));
  return { taps: windows.taps, starts: windows.starts, lengths: windows.lengths, weights, precision };
}

/**
 * Resizes in two passes with 8 bits between them: the width first, unless asked otherwise. An axis whose length doesn't
 * change is left alone; when neither does, the result is a copy.
 */
export function resampleRgb(
  image: RgbImage,
  width: number,
  height: number,
  windowsFor: (input: number, output: number) => FixedPointWindows,
  heightFirst = false,
): RgbImage {
  const toHeight = (data: Uint8Array, currentWidth: number): Uint8Array =>
    height === image.height ? data : resampleColumns(data, currentWidth * 3, windowsFor(image.height, height));
  const toWidth = (data: Uint8Array): Uint8Array =>
    width === image.width ? data : resampleRows(data, image.width, width, windowsFor(image.width, width));
  const data = heightFirst ? toWidth(toHeight(image.data, image.width)) : toHeight(toWidth(image.data), width);
  return { width, height, data: data === image.data ? data.slice() : data };
}

/** [rows, inputWidth, 3] → [rows, outputWidth, 3] */
function resampleRows(
  input: Uint8Array,
  inputWidth: number,
  outputWidth: number,
  windows: FixedPointWindows,
): Uint8Array {
  const rows = input.length / (inputWidth * 3);
  const output = new Uint8Array(rows * outputWidth * 3);
  for (let row = 0, to = 0; row < rows; row++) {
    const rowStart = row * inputWidth * 3;
    for (let x = 0; x < outputWidth; x++, to += 3) {
      const from = rowStart + (windows.starts[x] ?? 0) * 3;
      convolvePixel(input, from, 3, windows, x, output, to);
    }
  }
  return output;
}

/** [inputHeight, rowLength] → [outputHeight, rowLength] */
function resampleColumns(input: Uint8Array, rowLength: number, windows: FixedPointWindows): Uint8Array {
  const outputHeight = windows.starts.length;
  const output = new Uint8Array(outputHeight * rowLength);
  for (let y = 0, to = 0; y < outputHeight; y++) {
    const rowStart = (windows.starts[y] ?? 0) * rowLength;
    for (let x = 0; x < rowLength; x += 3, to += 3) {
      convolvePixel(input, rowStart + x, rowLength, windows, y, output, to);
    }
  }
  return output;
}

/**
 * Writes at `to` the three sums over one window of the input, whose pixels lie `step` bytes apart from `from` on. It runs
 * tens of millions of times for a photo, so it makes no objects; indices are in range by how the windows are made.
 */
function convolvePixel(
  input: Uint8Array,
  from: number,
  step: number,
  { taps, lengths, weights, precision }: FixedPointWindows,
  window: number,
  output: Uint8Array,
  to: number,
): void {
  const first = window * taps;
  const last = first + (lengths[window] ?? 0);
  const half = 1 << (precision - 1);
  let red = half;
  let green = half;
  let blue = half;
  for (let index = first; index < last; index++) {
    const weight = weights[index] ?? 0;
    red = (red + imul(input[from] ?? 0, weight)) | 0;
    green = (green + imul(input[from + 1] ?? 0, weight)) | 0;
    blue = (blue + imul(input[from + 2] ?? 0, weight)) | 0;
    from += step;
  }
  output[to] = clampToByte(red >> precision);
  output[to + 1] = clampToByte(green >> precision);
  output[to + 2] = clampToByte(blue >> precision);
}

function clampToByte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
