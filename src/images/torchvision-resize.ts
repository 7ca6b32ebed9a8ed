import { resampleRgb, toFixedPoint, type FixedPointWindows } from './resample-rgb.js';
import { resampleWindows, type ResampleFilter } from './resample-windows.js';
import type { RgbImage } from './rgb-image.js';

/** Keys' cubic convolution kernel with a = −0.5, which torch takes when it antialiases (−0.75 otherwise). */
const A = -0.5;

const BICUBIC: ResampleFilter = {
  support: 2,
  at: (distance) => {
    const x = Math.abs(distance);
    if (x < 1) return ((A + 2) * x - (A + 3)) * x * x + 1;
    if (x < 2) return (((x - 5) * x + 8) * x - 4) * A;
    return 0;
  },
};

/**
 * torchvision's `resize(image, [height, width], InterpolationMode.BICUBIC, antialias=True)` of a uint8 tensor on the CPU,
 * to the bit.
 *
 * Source: torch's `upsample_avx_bilinear_bicubic_uint8` and `compute_index_ranges_int16_weights`.
 */
export function resizeBicubicAntialiased(image: RgbImage, width: number, height: number): RgbImage {
  return resampleRgb(image, width, height, int16Windows);
}

/** Weights as int16, with as many bits behind the point as the largest weight of the axis leaves room for. */
function int16Windows(input: number, output: number): FixedPointWindows {
  const windows = resampleWindows(BICUBIC, input, output);
  const largest = windows.weights.reduce((most, weight) => Math.max(most, weight), 0);
  let precision = 0;
  while (precision < 22 && Math.trunc(0.5 + largest * 2 ** (precision + 1)) < 2 ** 15) precision++;
  return toFixedPoint(windows, precision);
}
