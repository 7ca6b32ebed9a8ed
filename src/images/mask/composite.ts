import type { RgbImage } from '../rgb-image.js';
import type { Mask } from './mask.js';

/** What of a result is to be the picture that was edited. */
export interface Overlay {
  readonly original: RgbImage;
  /** Of the original's size: how much of the edit each pixel takes. */
  readonly weights: Mask;
}

/**
 * The edit where the weights let it, the original's very values where they are 0.
 * @param edited [height, width, 3]
 */
export function compositePixels(edited: Uint8Array, { original, weights }: Overlay): Uint8Array {
  return edited.map((value, at) => {
    const weight = weights.data[Math.trunc(at / 3)] ?? 0;
    const kept = original.data[at] ?? 0;
    return Math.round((weight * value + (255 - weight) * kept) / 255);
  });
}

/**
 * The same of planes in 0–1, as torchvision's to_tensor gives them of the original: level / 255 in float32.
 * @param edited float32 [3, height, width]
 */
export function compositePlanes(edited: Float32Array, { original, weights }: Overlay): Float32Array {
  const area = weights.data.length;
  return edited.map((value, at) => {
    const pixel = at % area;
    const weight = (weights.data[pixel] ?? 0) / 255;
    const kept = Math.fround((original.data[pixel * 3 + Math.trunc(at / area)] ?? 0) / 255);
    return weight === 0 ? kept : weight * value + (1 - weight) * kept;
  });
}
