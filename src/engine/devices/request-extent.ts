import type { EditCheckpoint } from '../open-edit-checkpoint.js';
import { conditionIndex, type ConditionReader } from '../pipeline/variants/pipeline-variant.js';
import { sizeRules } from '../size-rules.js';

/** Tokens of one prompt at most: the API's largest max_sequence_length, and the words of the template around it. */
const PROMPT_TOKENS = 1024 + 64;

/** What the settings let the largest request ask for. */
export interface LargestRequest {
  /** Pixels of a result. */
  readonly outputPixels: number;
  /** References of one edit, where the checkpoint's class takes several. */
  readonly maxReferences: number;
}

/** Sizes of the largest request's runs. */
export interface Extent {
  /** The vision tower's, of one reference. */
  readonly patches: number;
  /** All references' in the text. */
  readonly imageTokens: number;
  /** The language model's: the references', then prompt and negative prompt behind each other. */
  readonly languageTokens: number;
  /** One prompt's, with the references'. */
  readonly textTokens: number;
  /** Of what is made. */
  readonly targetTokens: number;
  /** The references' in the latents. */
  readonly referenceTokens: number;
  /** What the VAE encodes at once: one reference, or with a mask the first one at the size that is made. */
  readonly encodedPixels: number;
  /** What the VAE decodes. */
  readonly madePixels: number;
}

/** The largest request that a checkpoint may get: with as many references as its class and the settings take. */
export function largestExtent(
  checkpoint: EditCheckpoint,
  { outputPixels, maxReferences: most }: LargestRequest,
): Extent {
  const { pipeline, textEncoder } = checkpoint;
  const maxReferences = Math.min(pipeline.maxReferences, most);
  const { patchSize, spatialMergeSize } = textEncoder.config.vision;
  const { conditionAreas, conditionFollowsSize, range, multiple } = sizeRules(checkpoint);
  // What is asked for outside the range is made within it, and resized.
  const madePixels = Math.max(range.minArea, Math.min(outputPixels, range.maxArea));
  const conditionPixels = (reader: ConditionReader): number =>
    conditionFollowsSize ? madePixels : (conditionAreas[conditionIndex(pipeline, reader)] ?? 0);
  const referencePixels = conditionPixels('vae');
  const patches = Math.ceil(conditionPixels('vision') / patchSize ** 2);
  const imageTokens = maxReferences * Math.ceil(patches / spatialMergeSize ** 2);
  return {
    patches,
    imageTokens,
    languageTokens: imageTokens + 2 * PROMPT_TOKENS,
    textTokens: imageTokens + PROMPT_TOKENS,
    targetTokens: Math.ceil(madePixels / multiple ** 2),
    referenceTokens: maxReferences * Math.ceil(referencePixels / multiple ** 2),
    encodedPixels: Math.max(referencePixels, madePixels),
    madePixels,
  };
}

/** The denoiser's tokens. */
export const jointTokens = ({ textTokens, targetTokens, referenceTokens }: Extent): number =>
  textTokens + targetTokens + referenceTokens;
