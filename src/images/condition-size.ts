import { roundHalfToEven } from './round-half-to-even.js';

/** Sides of a condition picture are multiples of this many pixels. */
const SIDE_MULTIPLE = 32;

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/**
 * The size near `area` pixels, with the input's aspect, to which an input is brought before the model sees it.
 *
 * A side never rounds to 0 here, which diffusers would do with slim pictures and small areas.
 *
 * @param area Pixels.
 * Source: diffusers' `calculate_dimensions`.
 */
export function conditionSize(area: number, input: ImageSize): ImageSize {
  const aspect = input.width / input.height;
  const width = Math.sqrt(area * aspect);
  return { width: toMultiple(width), height: toMultiple(width / aspect) };
}

function toMultiple(side: number): number {
  return Math.max(roundHalfToEven(side / SIDE_MULTIPLE), 1) * SIDE_MULTIPLE;
}
