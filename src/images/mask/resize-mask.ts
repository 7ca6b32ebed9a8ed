import type { ImageSize } from '../condition-size.js';
import { resizeBoxPlanes } from '../pil-resize.js';
import type { Mask } from './mask.js';

/** The mask at another size: each pixel takes the mean over its own area, so that one of which no part may change stays 0. */
export function resizeMask(mask: Mask, { width, height }: ImageSize): Mask {
  if (mask.width === width && mask.height === height) return mask;
  const planes = { channels: 1, width: mask.width, height: mask.height, data: Float32Array.from(mask.data) };
  return { width, height, data: Uint8Array.from(resizeBoxPlanes(planes, width, height).data, Math.round) };
}
