import { conditionSize, type ImageSize } from '../../images/condition-size.js';
import type { OutputSize } from '../../protocol/edit-settings.js';

/** The size asked for, and the one near it that the networks can make. */
export interface OutputSizes {
  readonly result: ImageSize;
  readonly made: ImageSize;
}

/**
 * @param asked `auto` keeps the input's aspect at `nativeArea` pixels, as diffusers does without a size
 * @param multiple pixels that a made side is a multiple of
 */
export function outputSizes(asked: OutputSize, input: ImageSize, nativeArea: number, multiple: number): OutputSizes {
  if (asked === 'auto') {
    const { width, height } = conditionSize(nativeArea, input);
    const made = { width: toMultiple(width, multiple), height: toMultiple(height, multiple) };
    return { result: made, made };
  }
  return {
    result: asked,
    made: { width: toMultiple(asked.width, multiple), height: toMultiple(asked.height, multiple) },
  };
}

function toMultiple(side: number, multiple: number): number {
  return Math.max(1, Math.round(side / multiple)) * multiple;
}
