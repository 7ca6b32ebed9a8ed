import { conditionSize, type ImageSize } from './condition-size.js';
import { decodeImage, type DecodeLimits } from './decode.js';
import { resizeLanczos } from './pil-resize.js';
import type { RgbImage } from './rgb-image.js';

/** An input as the networks take it: nothing behind the resize sees the file's own pixels. */
export interface InputPicture {
  /** The picture at the condition size. */
  readonly condition: RgbImage;
  /** The size that it came in, which a result of size auto follows. */
  readonly size: ImageSize;
}

/**
 * Decodes a file and brings it to the condition size (diffusers' VaeImageProcessor.resize, Lanczos).
 * @param conditionArea pixels
 * @throws ImageDecodeError
 */
export async function readInputPicture(
  bytes: Uint8Array,
  limits: DecodeLimits,
  conditionArea: number,
): Promise<InputPicture> {
  const image = await decodeImage(bytes, limits);
  const { width, height } = conditionSize(conditionArea, image);
  return { condition: resizeLanczos(image, width, height), size: { width: image.width, height: image.height } };
}
