import type { RgbImage } from './rgb-image.js';

/** The side of the squares that pictures are compared in, in pixels: a few of the cells that VAEs compress. */
const BLOCK = 16;
/** Levels of 255 by which a block's mean colour may be off. */
const TOLERATED_TONE = 2;
/** Levels of 255 by which a block's pixels may be off in a smooth block, and how much of its contrast may add to them. */
const TOLERATED_NOISE = 2;
const TOLERATED_CONTRAST_SHARE = 0.2;
/** By how much detail may be stronger or weaker. */
const TOLERATED_DETAIL = 0.1;
/** Levels of 255 between neighbours that are no detail. */
const DETAIL_NOISE = 1;
/** Of the mean over blocks: a small part of a picture that has changed much counts, one block that is a little off doesn't. */
const POWER = 4;
const CHANNELS = 3;

/** How far two pictures differ, in each of three ways; below 1 it may be noise, and if all three are, the pictures are the same. */
export interface PictureChange {
  /** The colours of blocks. */
  readonly tone: number;
  /** The pixels within blocks, against the contrast that is there. */
  readonly structure: number;
  /** Sharpness over the whole picture. */
  readonly detail: number;
}

/**
 * Tells a change from the noise of a model that was to leave a picture alone.
 *
 * Noise of the whole picture in one figure (PSNR) doesn't: a border or a moved object leaves 30 dB and more, a faithful copy may
 * have less. So pictures are compared in the three ways of structural similarity, each in a form that noise hardly moves:
 *
 * - tone: what a VAE loses is detail, whose mean over a block is nearly 0, while the least tint or brightness moves the means of
 *   all blocks, and an object those of its own;
 * - structure: where there is contrast, an error of a part of it isn't seen. It finds what keeps the means: a blur, large
 *   pixels, a picture's part that is smeared;
 * - detail: a slight sharpening is smaller than noise at every single pixel, but the same everywhere.
 *
 * Blocks are brought together by the mean of their fourth powers, which a hundredth of the picture can decide. The tolerances
 * lie between what the miniature does to 23 photos that it is to leave alone (the largest of the three at most 0.51, compared
 * with the VAE's round trip), and its 21 edits of them (3.5 or more; blended to three tenths of their strength 1.09 or more),
 * edits of colours aside where the photo is grey. `node benchmarks/unchanged.mjs` counts the answers.
 *
 * @param other of the same size, the one whose contrast and detail are the measure
 * @param mask [height, width]: only pixels where it isn't 0 are compared; all without it
 * Source of the three ways: Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to structural
 * similarity", 2004.
 */
export function pictureChange(picture: RgbImage, other: RgbImage, mask?: Uint8Array): PictureChange {
  let tones = 0;
  let structures = 0;
  let blocks = 0;
  for (let top = 0; top < other.height; top += BLOCK) {
    for (let left = 0; left < other.width; left += BLOCK) {
      const block = compareBlock(picture, other, left, top, mask);
      if (block === null) continue;
      const { meanDifference, difference, contrast } = block;
      tones += (meanDifference / TOLERATED_TONE) ** POWER;
      structures += (difference / (TOLERATED_NOISE + TOLERATED_CONTRAST_SHARE * contrast)) ** POWER;
      blocks += 1;
    }
  }
  return {
    tone: (tones / blocks) ** (1 / POWER),
    structure: (structures / blocks) ** (1 / POWER),
    detail: Math.abs(detailGain(picture, other, mask) - 1) / TOLERATED_DETAIL,
  };
}

/** Of one block, in levels of 255, as root mean squares over the channels. */
interface BlockComparison {
  /** Between the block's mean colours. */
  readonly meanDifference: number;
  /** Between its pixels. */
  readonly difference: number;
  /** The standard deviation within `other`. */
  readonly contrast: number;
}

/** null: none of its pixels is compared. */
function compareBlock(
  picture: RgbImage,
  other: RgbImage,
  left: number,
  top: number,
  mask?: Uint8Array,
): BlockComparison | null {
  const right = Math.min(left + BLOCK, other.width);
  const bottom = Math.min(top + BLOCK, other.height);
  const pixels: number[] = [];
  for (let y = top; y < bottom; y += 1) {
    for (let pixel = y * other.width + left; pixel < y * other.width + right; pixel += 1) {
      if (mask?.[pixel] !== 0) pixels.push(pixel);
    }
  }
  const count = pixels.length;
  if (count === 0) return null;
  let [meanSquares, squares, variances] = [0, 0, 0];
  for (let channel = 0; channel < CHANNELS; channel += 1) {
    let [sum, sumOfSquares, values, valueSquares] = [0, 0, 0, 0];
    for (const pixel of pixels) {
      const place = pixel * CHANNELS + channel;
      const value = other.data[place] ?? 0;
      const error = (picture.data[place] ?? 0) - value;
      sum += error;
      sumOfSquares += error * error;
      values += value;
      valueSquares += value * value;
    }
    meanSquares += (sum / count) ** 2;
    squares += sumOfSquares / count;
    variances += Math.max(0, valueSquares / count - (values / count) ** 2);
  }
  return {
    meanDifference: Math.sqrt(meanSquares / CHANNELS),
    difference: Math.sqrt(squares / CHANNELS),
    contrast: Math.sqrt(variances / CHANNELS),
  };
}

/**
 * How strongly the detail of `other` is there in `picture`: 1 as strongly, above it sharper. That is the share of its
 * differences between neighbours that lies in the picture's, in the least squares' sense, which noise of the picture's own
 * doesn't move.
 */
function detailGain(picture: RgbImage, { data, width, height }: RgbImage, mask?: Uint8Array): number {
  const row = width * CHANNELS;
  // In a picture without any detail noise must not count for it.
  const compared = mask === undefined ? width * height : mask.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0);
  let squares = DETAIL_NOISE ** 2 * 2 * CHANNELS * compared;
  let products = squares;
  for (let y = 0; y < height - 1; y += 1) {
    for (let place = y * row; place < (y + 1) * row - CHANNELS; place += 1) {
      if (isLeftOut(mask, place)) continue;
      for (const neighbour of [place + CHANNELS, place + row]) {
        if (isLeftOut(mask, neighbour)) continue;
        const difference = (data[neighbour] ?? 0) - (data[place] ?? 0);
        squares += difference * difference;
        products += difference * ((picture.data[neighbour] ?? 0) - (picture.data[place] ?? 0));
      }
    }
  }
  return products / squares;
}

function isLeftOut(mask: Uint8Array | undefined, place: number): boolean {
  return mask?.[Math.trunc(place / CHANNELS)] === 0;
}
