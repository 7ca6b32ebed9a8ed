import type { LayerRange } from '../../graph/networks/layer-range.js';

/** Which of the denoiser's ends a part of its layers has: both, the first layer's, none, the last layer's. */
export const PART_KINDS = ['whole', 'first', 'middle', 'last'] as const;
export type PartKind = (typeof PART_KINDS)[number];

/** Something for each kind of part. */
export function ofEachPartKind<T>(make: (kind: PartKind) => T): Record<PartKind, T> {
  return Object.fromEntries(PART_KINDS.map((kind) => [kind, make(kind)])) as Record<PartKind, T>;
}

/** The kind of one of the parts that the denoiser is cut into. @param place among them, from 0 on */
export function partKind(place: number, parts: number): PartKind {
  const isLast = place === parts - 1;
  if (place === 0) return isLast ? 'whole' : 'first';
  return isLast ? 'last' : 'middle';
}

/** The longest part of a kind. Where there are too few layers for one it has none. */
export function longestPart(kind: PartKind, numLayers: number): LayerRange {
  return {
    first: kind === 'whole' || kind === 'first' ? 0 : 1,
    end: kind === 'whole' || kind === 'last' ? numLayers : numLayers - 1,
  };
}
