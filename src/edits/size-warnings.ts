import type { ImageSize } from '../images/condition-size.js';
import { outputSizes } from '../images/output-size.js';
import { type OutputSize, sizeText } from '../protocol/edit-settings.js';
import type { ModelInfo } from '../protocol/model-info.js';

/** A side that is resized by more than this factor shows it: what is made is softer, or has lost detail. */
const MUCH_RESIZED = 1.25;
/** What is stretched by more than this factor looks stretched. */
const MUCH_STRETCHED = 1.05;

/** The size of an edit's results. */
interface ResultSize {
  /** As it was asked for, with the checkpoint's default filled in. */
  readonly asked: OutputSize;
  /** The same; with a mask the size that `auto` stands for. */
  readonly size: OutputSize;
  /** Nobody has asked: it is the checkpoint's default. */
  readonly isDefault: boolean;
  readonly isMasked: boolean;
}

/**
 * What becomes of a size that the checkpoint doesn't make well, or of a picture that isn't as large, one sentence each.
 * @param inputs sizes of the pictures whose results are made
 */
export function sizeWarnings(
  { asked, size, isDefault, isMasked }: ResultSize,
  inputs: readonly ImageSize[],
  model: ModelInfo,
): string[] {
  const { id, sizeRules } = model;
  const warnings = inputs.flatMap((input) => {
    const { result, made } = outputSizes(size, input, sizeRules);
    const resized = sidesDiffer(made, result)
      ? [`size: ${sizeText(result)} was made at ${sizeText(made)}, which ${id} makes well, and resized`]
      : [];
    const stretched =
      (sizeRules.conditionFollowsSize || isMasked) && asked !== 'auto' && isStretched(input, result)
        ? [`size: the input of ${sizeText(input)} was stretched to ${sizeText(result)}; size=auto keeps its aspect`]
        : [];
    const shrunk =
      isMasked && asked === 'auto' && sizeText(input) !== sizeText(result)
        ? [
            `size: the picture's own, ${sizeText(input)}, is more than a result may have (MAX_OUTPUT_SIDE, MAX_OUTPUT_PIXELS); all of it was resized to ${sizeText(result)}`,
          ]
        : [];
    const unasked =
      isMasked && isDefault && asked !== 'auto' && sizeText(input) !== sizeText(result)
        ? [
            `size: the input of ${sizeText(input)} was resized to ${sizeText(result)}, the default; size=auto keeps its pixels`,
          ]
        : [];
    return [...resized, ...stretched, ...shrunk, ...unasked];
  });
  return [...new Set(warnings)];
}

function sidesDiffer(made: ImageSize, result: ImageSize): boolean {
  return ratio(made.width, result.width) > MUCH_RESIZED || ratio(made.height, result.height) > MUCH_RESIZED;
}

function isStretched(input: ImageSize, result: ImageSize): boolean {
  return ratio(input.width / input.height, result.width / result.height) > MUCH_STRETCHED;
}

/** How many times the larger is the smaller. */
function ratio(one: number, other: number): number {
  return Math.max(one / other, other / one);
}
