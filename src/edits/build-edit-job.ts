import { randomInt } from 'node:crypto';
import type { EditJob } from '../jobs/edit-job.js';
import type { ReadInputs } from './decoding/input-pictures.service.js';
import { editDefaults } from './edit-defaults.js';
import { editWarnings } from './edit-warnings.js';
import { trueCfgScale } from './true-cfg-scale.js';
import type { EditForm } from './fields/check-form.js';
import { maskWarnings } from './mask-warnings.js';
import { sizeWarnings } from './size-warnings.js';

/** The model authors' own: guidance needs something to guide away from. */
const DEFAULT_NEGATIVE_PROMPT = ' ';
/** Best quality, and the best that the format can do is the contract's default. */
const DEFAULT_QUALITY = 100;

/**
 * Fills in every default.
 * @param isFollowed the edit's events can be followed: it is streamed or a job
 */
export function buildEditJob(form: EditForm, { edits, size, isWholeMask }: ReadInputs, isFollowed: boolean): EditJob {
  const { fields, inputs, loras, model } = form;
  const defaults = editDefaults(model, loras);
  // The last reference of an edit is the one that its result follows, where there may be several; with a mask it is the first.
  const followed = edits
    .map(({ references }) => references.at(form.mask === null ? -1 : 0))
    .filter((picture) => picture !== undefined);
  return {
    model: model.id,
    settings: {
      prompt: fields.prompt,
      negativePrompt: fields.negative_prompt ?? DEFAULT_NEGATIVE_PROMPT,
      size,
      numInferenceSteps: fields.num_inference_steps ?? defaults.numInferenceSteps,
      trueCfgScale: trueCfgScale(form),
      seed: fields.seed ?? randomInt(2 ** 32),
      maxSequenceLength: fields.max_sequence_length,
      outputType: fields.output_type,
      partialImages: isFollowed ? fields.partial_images : 0,
      loras,
    },
    n: fields.n,
    outputFormat: fields.output_format,
    quality: fields.output_compression ?? DEFAULT_QUALITY,
    wantsProgress: fields.progress,
    inputPictures: inputs.files.length,
    warnings: [
      ...editWarnings(form, isFollowed),
      ...maskWarnings(form, isWholeMask),
      ...sizeWarnings(
        {
          asked: fields.size ?? model.defaults.size,
          size,
          isDefault: fields.size === undefined,
          isMasked: form.mask !== null,
        },
        followed.map((picture) => picture.size),
        model,
      ),
    ],
  };
}
