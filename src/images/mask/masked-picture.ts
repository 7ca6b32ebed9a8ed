import type { ImageSize } from '../condition-size.js';
import { outputSizes, type SizeRules } from '../output-size.js';
import { resizeLanczos } from '../pil-resize.js';
import type { RgbImage } from '../rgb-image.js';
import type { EditMask } from './edit-mask.js';

/** A picture as an edit that leaves a part of it alone needs it; each was made from the file's own pixels. */
export interface KeptPicture {
  /** At the size of the result, which takes its pixels. */
  readonly atResult: RgbImage;
  /** At the size that is made, whose latents are held to its own. */
  readonly atMade: RgbImage;
}

/** The first reference of an edit, and what of it the edit may change. */
export interface MaskedPicture extends KeptPicture, EditMask {}

/** @param size the result's */
export function keptPicture(picture: RgbImage, size: ImageSize, rules: SizeRules): KeptPicture {
  const { result, made } = outputSizes(size, picture, rules);
  return {
    atResult: resizeLanczos(picture, result.width, result.height),
    atMade: resizeLanczos(picture, made.width, made.height),
  };
}
