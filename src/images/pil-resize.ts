import { resampleRgb, toFixedPoint } from './resample-rgb.js';
import { resampleWindows, type ResampleFilter, type ResampleWindows } from './resample-windows.js';
import type { RgbImage } from './rgb-image.js';

/** Bits behind the point of Pillow's 8-bit weights: 32, less 8 for the pixel and 2 for sums beyond 1. */
const PRECISION_BITS = 22;

const LANCZOS: ResampleFilter = {
  support: 3,
  at: (distance) => (distance >= -3 && distance < 3 ? sinc(distance) * sinc(distance / 3) : 0),
};

const BOX: ResampleFilter = {
  support: 0.5,
  at: (distance) => (distance > -0.5 && distance <= 0.5 ? 1 : 0),
};

function sinc(distance: number): number {
  if (distance === 0) return 1;
  const angle = distance * Math.PI;
  return Math.sin(angle) / angle;
}

/**
 * Pillow's `Image.resize((width, height), Image.Resampling.LANCZOS)` of an RGB picture, to the bit.
 *
 * Source: Pillow's Resample.c.
 */
export function resizeLanczos(image: RgbImage, width: number, height: number): RgbImage {
  return resampleRgb(
    image,
    width,
    height,
    (input, output) => toFixedPoint(resampleWindows(LANCZOS, input, output), PRECISION_BITS),
    shrinksHeightFirst(image, width, height),
  );
}

/**
 * Pillow's order of the passes: since version 13 it begins with the height where that loses more than twice as many pixels
 * as the width; before, the width always came first.
 */
function shrinksHeightFirst(
  from: { readonly width: number; readonly height: number },
  width: number,
  height: number,
): boolean {
  return from.height - height > Math.max(2 * (from.width - width), 0);
}

/** Planes of float32: `data` is [channels, height, width]. */
export interface PlanarImage {
  readonly channels: number;
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/**
 * Pillow's Lanczos resize of each plane as a picture of mode F: sums in double, rounded to float32 after each pass. Like
 * Pillow's, results go a little beyond the input's range at sharp edges; they are not clamped.
 */
export function resizeLanczosPlanes(image: PlanarImage, width: number, height: number): PlanarImage {
  return resizePlanes(LANCZOS, image, width, height);
}

/** Pillow's box resize of each plane as a picture of mode F: the mean over each pixel's own area. */
export function resizeBoxPlanes(image: PlanarImage, width: number, height: number): PlanarImage {
  return resizePlanes(BOX, image, width, height);
}

function resizePlanes(filter: ResampleFilter, image: PlanarImage, width: number, height: number): PlanarImage {
  const { channels } = image;
  const toWidth = (data: Float32Array): Float32Array =>
    width === image.width
      ? data
      : resampleFloatRows(data, image.width, width, resampleWindows(filter, image.width, width));
  const toHeight = (data: Float32Array, currentWidth: number): Float32Array =>
    height === image.height
      ? data
      : resampleFloatColumns(data, channels, image.height, currentWidth, resampleWindows(filter, image.height, height));
  const data = shrinksHeightFirst(image, width, height)
    ? toWidth(toHeight(image.data, image.width))
    : toHeight(toWidth(image.data), width);
  return { channels, width, height, data: data === image.data ? data.slice() : data };
}

/** [rows, inputWidth] → [rows, outputWidth] */
function resampleFloatRows(
  input: Float32Array,
  inputWidth: number,
  outputWidth: number,
  { taps, starts, lengths, weights }: ResampleWindows,
): Float32Array {
  const rows = input.length / inputWidth;
  const output = new Float32Array(rows * outputWidth);
  for (let row = 0; row < rows; row++) {
    for (let x = 0; x < outputWidth; x++) {
      const from = row * inputWidth + (starts[x] ?? 0);
      const length = lengths[x] ?? 0;
      let sum = 0;
      for (let tap = 0; tap < length; tap++) sum += (input[from + tap] ?? 0) * (weights[x * taps + tap] ?? 0);
      output[row * outputWidth + x] = sum;
    }
  }
  return output;
}

/** [channels, inputHeight, width] → [channels, outputHeight, width] */
function resampleFloatColumns(
  input: Float32Array,
  channels: number,
  inputHeight: number,
  width: number,
  { taps, starts, lengths, weights }: ResampleWindows,
): Float32Array {
  const outputHeight = starts.length;
  const output = new Float32Array(channels * outputHeight * width);
  const sums = new Float64Array(width);
  for (let row = 0; row < channels * outputHeight; row++) {
    const y = row % outputHeight;
    const firstRow = ((row - y) / outputHeight) * inputHeight + (starts[y] ?? 0);
    const length = lengths[y] ?? 0;
    sums.fill(0);
    for (let tap = 0; tap < length; tap++) {
      const weight = weights[y * taps + tap] ?? 0;
      const from = (firstRow + tap) * width;
      for (let x = 0; x < width; x++) sums[x] = (sums[x] ?? 0) + (input[from + x] ?? 0) * weight;
    }
    output.set(sums, row * width);
  }
  return output;
}
