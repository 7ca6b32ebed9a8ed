import type { ImageSize } from '../condition-size.js';
import type { DecodeLimits } from '../decode.js';
import { outputSizes, type SizeRules } from '../output-size.js';
import { changingCells } from './changing-cells.js';
import { decodeMask } from './decode-mask.js';
import { feathered } from './feather.js';
import type { Mask } from './mask.js';
import { maskedSize, type OutputLimits } from './masked-size.js';
import { resizeMask } from './resize-mask.js';

/** What of its first picture an edit may change. */
export interface EditMask {
  /** At the result's size, with a soft edge: how much of the edit each pixel takes. */
  readonly weights: Mask;
  /** At the size that is made: 1 where a pixel reaches into what may change, however little. */
  readonly changes: Mask;
}

/** A mask's file as it was read. */
export interface ReadMask extends EditMask {
  /** Which the picture must have, too. */
  readonly pictureSize: ImageSize;
  /** The result's. */
  readonly size: ImageSize;
  /** It leaves nothing as it is. */
  readonly isWhole: boolean;
}

/** What a mask's file is read for. */
export interface MaskUse {
  /** The result's size. */
  readonly asked: ImageSize | 'auto';
  /** Pixels of the result over which the edit fades in. */
  readonly feather: number;
  readonly outputLimits: OutputLimits;
  readonly rules: SizeRules;
}

/** @throws ImageDecodeError */
export async function readEditMask(
  bytes: Uint8Array,
  limits: DecodeLimits,
  { asked, feather, outputLimits, rules }: MaskUse,
): Promise<ReadMask> {
  const mask = await decodeMask(bytes, limits);
  const pictureSize = { width: mask.width, height: mask.height };
  const size = maskedSize(asked, pictureSize, outputLimits);
  const { result, made } = outputSizes(size, pictureSize, rules);
  return {
    pictureSize,
    size,
    isWhole: mask.data.every((value) => value === 255),
    weights: feathered(resizeMask(mask, result), feather),
    changes: { ...made, data: changingCells(mask, made, 1) },
  };
}
