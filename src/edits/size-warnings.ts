import type { ImageSize } from '../images/condition-size.js';
import { outputSizes } from '../images/output-size.js';
import { type OutputSize, sizeText } from '../protocol/edit-settings.js';
import type { ModelInfo } from '../protocol/model-info.js';

/** A side that is resized by more than this factor shows it: what is made is softer, or has lost detail. */
const MUCH_RESIZED = 1.25;
/** What is stretched by more than this factor looks stretched. */
const MUCH_STRETCHED = 1.05;

/**
 * What a checkpoint does with a size that it doesn't make well, one sentence each.
 * @param asked with the checkpoint's default filled in
 * @param inputs sizes of the pictures whose results are made
 */
export function sizeWarnings(asked: OutputSize, inputs: readonly ImageSize[], model: ModelInfo): string[] {
  const { id, sizeRules } = model;
  const warnings = inputs.flatMap((input) => {
    const { result, made } = outputSizes(asked, input, sizeRules);
    const resized = sidesDiffer(made, result)
      ? [`size: ${sizeText(result)} was made at ${sizeText(made)}, which ${id} makes well, and resized`]
      : [];
    const stretched =
      sizeRules.conditionFollowsSize && asked !== 'auto' && isStretched(input, result)
        ? [`size: the input of ${sizeText(input)} was stretched to ${sizeText(result)}; size=auto keeps its aspect`]
        : [];
    return [...resized, ...stretched];
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
