import type { ImageSize } from './condition-size.js';
import { decodeImage, type DecodeLimits } from './decode.js';
import { conditionSizes, type SizeRules } from './output-size.js';
import { resizeLanczos } from './pil-resize.js';
import type { RgbImage } from './rgb-image.js';

/** An input as the networks take it: nothing behind the resize sees the file's own pixels. */
export interface InputPicture {
  /** The picture at each of the sizes that the model conditions on, every one made from the file's own pixels. */
  readonly conditions: readonly RgbImage[];
  /** The size that it came in, which a result of size auto follows. */
  readonly size: ImageSize;
}

/**
 * Decodes a file and brings it to the condition sizes.
 * @param asked the result's size
 * @throws ImageDecodeError
 */
export async function readInputPicture(
  bytes: Uint8Array,
  limits: DecodeLimits,
  asked: ImageSize | 'auto',
  rules: SizeRules,
): Promise<InputPicture> {
  return toInputPicture(await decodeImage(bytes, limits), asked, rules);
}

/**
 * Brings a picture to the condition sizes (diffusers' VaeImageProcessor.resize, Lanczos).
 * @param asked the result's size
 */
export function toInputPicture(image: RgbImage, asked: ImageSize | 'auto', rules: SizeRules): InputPicture {
  const size = { width: image.width, height: image.height };
  const conditions = conditionSizes(asked, size, rules).map(({ width, height }) => resizeLanczos(image, width, height));
  return { conditions, size };
}
