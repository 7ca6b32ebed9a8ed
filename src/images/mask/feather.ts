import { connectedAreas } from './connected-areas.js';
import { distanceToZero } from './distance-transform.js';
import type { Mask } from './mask.js';

/** From a pixel's centre to its edge. */
const HALF_PIXEL = 0.5;

/**
 * Lets the change fade in over so many pixels from each area's edge inwards: what was 0 stays 0, and nothing becomes more than
 * it was. An area that is less deep has the change in full where it is deepest, so that a thin stroke isn't lost; a mask that
 * fades by itself, and slower, is left as it is. The picture's edges are no edges of an area.
 */
export function feathered({ width, height, data }: Mask, pixels: number): Mask {
  if (pixels === 0) return { width, height, data };
  const depths = distanceToZero(data, width, height);
  const { count, labels } = connectedAreas(data, width, height);
  const deepest = new Float32Array(count + 1);
  for (let pixel = 0; pixel < data.length; pixel += 1) {
    const label = labels[pixel] ?? 0;
    deepest[label] = Math.max(deepest[label] ?? 0, depths[pixel] ?? 0);
  }
  const fades = deepest.map((depth) => Math.min(pixels, depth - HALF_PIXEL));
  const faded = data.map((value, pixel) => {
    if (value === 0) return 0;
    const share = ((depths[pixel] ?? 0) - HALF_PIXEL) / (fades[labels[pixel] ?? 0] ?? 1);
    return Math.min(value, Math.round(255 * Math.min(1, share)));
  });
  return { width, height, data: faded };
}
