import type { ImageSize } from './condition-size.js';

/** The sizes that a checkpoint makes well. */
export interface SizeRange {
  /** Pixels. */
  readonly minArea: number;
  /** Pixels. */
  readonly maxArea: number;
  /** Pixels of the longer side. */
  readonly maxSide: number;
}

export function isInRange({ width, height }: ImageSize, { minArea, maxArea, maxSide }: SizeRange): boolean {
  const area = width * height;
  return area >= minArea && area <= maxArea && Math.max(width, height) <= maxSide;
}

/** A wrong aspect shows more than another area does. */
const ASPECT_WEIGHT = 2;

/**
 * The size of the range that is nearest to `wanted`, brought into the range at its own aspect. A range that ends at some side has
 * no slim sizes; for a slim picture it gives its slimmest.
 * @param multiple pixels that a side is a multiple of
 * @returns null where the range holds no size with such sides
 */
export function nearestInRange(wanted: ImageSize, range: SizeRange, multiple: number): ImageSize | null {
  const { width, height } = broughtInto(range, wanted);
  // Whatever is nearest, itself or turned, has no side beyond twice the longer one.
  const most = Math.min(range.maxSide, 2 * Math.max(width, height) + 2 * multiple);
  const sides = Array.from({ length: Math.floor(most / multiple) }, (_, index) => (index + 1) * multiple);
  const offs = sides.map((side) => ({ side, x: Math.log(side / width), y: Math.log(side / height) }));
  let nearest: ImageSize | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const { side: madeWidth, x } of offs) {
    for (const { side: madeHeight, y } of offs) {
      const distance = Math.hypot(x + y, ASPECT_WEIGHT * (x - y));
      const size = { width: madeWidth, height: madeHeight };
      if (distance >= least || !isInRange(size, range)) continue;
      least = distance;
      nearest = size;
    }
  }
  return nearest;
}

/** The same aspect with an area of the range, or with its largest side where that is shorter. */
function broughtInto({ minArea, maxArea, maxSide }: SizeRange, { width, height }: ImageSize): ImageSize {
  const area = width * height;
  const byArea = Math.sqrt(Math.min(maxArea, Math.max(minArea, area)) / area);
  const scale = Math.min(byArea, maxSide / Math.max(width, height));
  return { width: width * scale, height: height * scale };
}
