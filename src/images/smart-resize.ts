import type { ImageSize } from './condition-size.js';
import { roundHalfToEven } from './round-half-to-even.js';

/**
 * The size at which the vision tower sees a picture: sides are multiples of `factor`, the area lies between `minPixels` and
 * `maxPixels`, the aspect is kept as nearly as possible.
 *
 * Source: transformers' `smart_resize` of Qwen2-VL.
 */
export function smartResize(input: ImageSize, factor: number, minPixels: number, maxPixels: number): ImageSize {
  const { width, height } = input;
  const roundedHeight = roundHalfToEven(height / factor) * factor;
  const roundedWidth = roundHalfToEven(width / factor) * factor;
  if (roundedHeight * roundedWidth > maxPixels) {
    const beta = Math.sqrt((height * width) / maxPixels);
    return {
      height: Math.max(factor, Math.floor(height / beta / factor) * factor),
      width: Math.max(factor, Math.floor(width / beta / factor) * factor),
    };
  }
  if (roundedHeight * roundedWidth < minPixels) {
    const beta = Math.sqrt(minPixels / (height * width));
    return {
      height: Math.ceil((height * beta) / factor) * factor,
      width: Math.ceil((width * beta) / factor) * factor,
    };
  }
  return { width: roundedWidth, height: roundedHeight };
}
