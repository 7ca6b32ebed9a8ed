import type { ImageSize } from '../condition-size.js';

/** The most that a result may have. */
export interface OutputLimits {
  readonly maxOutputSide: number;
  readonly maxOutputPixels: number;
}

/**
 * The size of a result with a mask: the picture's own where none is asked for, brought into the limits at its aspect, as what
 * stays as it is should keep its pixels.
 * @param picture the one that the mask is for
 */
export function maskedSize(
  asked: ImageSize | 'auto',
  picture: ImageSize,
  { maxOutputSide, maxOutputPixels }: OutputLimits,
): ImageSize {
  if (asked !== 'auto') return asked;
  const { width, height } = picture;
  const scale = Math.min(1, maxOutputSide / Math.max(width, height), Math.sqrt(maxOutputPixels / (width * height)));
  const side = (length: number): number => (scale === 1 ? length : Math.max(1, Math.floor(length * scale)));
  return { width: side(width), height: side(height) };
}
