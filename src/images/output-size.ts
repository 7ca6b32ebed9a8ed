import { conditionSize, type ImageSize } from './condition-size.js';
import { isInRange, nearestInRange, type SizeRange } from './size-range.js';

/** How large the pictures are that a checkpoint sees and makes. */
export interface SizeRules {
  /** Pixels to which an input is brought for each of its condition pictures. */
  readonly conditionAreas: readonly number[];
  /** An input is brought to the size at which the result is made instead. */
  readonly conditionFollowsSize: boolean;
  /** Pixels of a result of size auto. */
  readonly nativeArea: number;
  /** What is made well. */
  readonly range: SizeRange;
  /** Pixels that a made side is a multiple of. */
  readonly multiple: number;
}

/** The size asked for, and the one near it that the networks make. */
export interface OutputSizes {
  readonly result: ImageSize;
  readonly made: ImageSize;
}

/** @param asked `auto`: the input's aspect at the native area, made at the size that diffusers takes without one */
export function outputSizes(asked: ImageSize | 'auto', input: ImageSize, rules: SizeRules): OutputSizes {
  if (asked !== 'auto') return { result: asked, made: madeSize(asked, asked, rules) };
  const own = conditionSize(rules.nativeArea, input);
  const result = inAspect(own, input, rules.nativeArea);
  return { result, made: madeSize(own, result, rules) };
}

/** The sizes of an input's condition pictures, in the order of `conditionAreas`. */
export function conditionSizes(asked: ImageSize | 'auto', input: ImageSize, rules: SizeRules): readonly ImageSize[] {
  const { conditionAreas, conditionFollowsSize } = rules;
  if (!conditionFollowsSize) return conditionAreas.map((area) => conditionSize(area, input));
  const { made } = outputSizes(asked, input, rules);
  return conditionAreas.map(() => made);
}

/** Sides of common proportions, the longer one first. */
const COMMON_ASPECTS = [
  [1, 1],
  [4, 3],
  [3, 2],
  [16, 9],
] as const;

/** Sizes to choose from: those near the native area that are made as they are, in common proportions. */
export function commonSizes(rules: SizeRules): readonly ImageSize[] {
  const landscapes = COMMON_ASPECTS.map(([long, short]) => {
    const unit = Math.sqrt(rules.nativeArea / (long * short));
    const wanted = { width: long * unit, height: short * unit };
    return madeSize(wanted, wanted, rules);
  });
  const portraits = landscapes.map(({ width, height }) => ({ width: height, height: width }));
  return [...landscapes, ...portraits.filter(({ width, height }) => width !== height)];
}

/** `own` in multiples, where that is in the range; else the range's nearest to `wanted`. */
function madeSize(own: ImageSize, wanted: ImageSize, { range, multiple }: SizeRules): ImageSize {
  const rounded = { width: toMultiple(own.width, multiple), height: toMultiple(own.height, multiple) };
  return isInRange(rounded, range) ? rounded : (nearestInRange(wanted, range, multiple) ?? rounded);
}

/**
 * The size with the input's aspect, to the pixel, that shares a side with `size`: that of the two whose area is nearer to
 * `area`. `size` itself where its aspect is right already.
 */
function inAspect(size: ImageSize, input: ImageSize, area: number): ImageSize {
  const aspect = input.width / input.height;
  const sameWidth = { width: size.width, height: Math.max(1, Math.round(size.width / aspect)) };
  const sameHeight = { width: Math.max(1, Math.round(size.height * aspect)), height: size.height };
  if (sameWidth.height === size.height || sameHeight.width === size.width) return size;
  const off = ({ width, height }: ImageSize): number => Math.abs(Math.log((width * height) / area));
  return off(sameWidth) <= off(sameHeight) ? sameWidth : sameHeight;
}

function toMultiple(side: number, multiple: number): number {
  return Math.max(1, Math.round(side / multiple)) * multiple;
}
