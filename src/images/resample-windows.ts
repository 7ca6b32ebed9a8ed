/** Which input pixels make each output pixel along one axis, and with what weights. */
export interface ResampleWindows {
  /** The most taps of a window: the stride of `weights`. */
  readonly taps: number;
  /** int32 [output]: each window's first input pixel. */
  readonly starts: Int32Array;
  /** int32 [output]: each window's number of input pixels. */
  readonly lengths: Int32Array;
  /** float64 [output, taps]: each window's weights, which add up to 1. */
  readonly weights: Float64Array;
}

/** An interpolation kernel: its value at a distance in pixels, and the distance from which on it is 0. */
export interface ResampleFilter {
  readonly support: number;
  readonly at: (distance: number) => number;
}

/**
 * Windows of an antialiased resize: where the picture shrinks, the filter is as much wider as the picture gets smaller.
 * Pillow and torch share this arithmetic.
 *
 * Source: Pillow's `precompute_coeffs` (Resample.c).
 */
export function resampleWindows(filter: ResampleFilter, input: number, output: number): ResampleWindows {
  const scale = input / output;
  const filterScale = Math.max(scale, 1);
  const support = filter.support * filterScale;
  const taps = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(output);
  const lengths = new Int32Array(output);
  const weights = new Float64Array(output * taps);
  const inverse = 1 / filterScale;
  for (let index = 0; index < output; index++) {
    const center = (index + 0.5) * scale;
    const start = Math.max(Math.trunc(center - support + 0.5), 0);
    const length = Math.min(Math.trunc(center + support + 0.5), input) - start;
    starts[index] = start;
    lengths[index] = length;
    fillWindow(weights.subarray(index * taps, index * taps + length), (tap) =>
      filter.at((tap + start - center + 0.5) * inverse),
    );
  }
  return { taps, starts, lengths, weights };
}

function fillWindow(window: Float64Array, weightOf: (tap: number) => number): void {
  let total = 0;
  for (let tap = 0; tap < window.length; tap++) {
    const weight = weightOf(tap);
    window[tap] = weight;
    total += weight;
  }
  if (total === 0) return;
  for (let tap = 0; tap < window.length; tap++) window[tap] = (window[tap] ?? 0) / total;
}
