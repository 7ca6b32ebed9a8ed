import { randomInt } from 'node:crypto';
import type { EditInputs, EditJob } from '../jobs/edit-job.js';
import { editDefaults } from './edit-defaults.js';
import { editWarnings } from './edit-warnings.js';
import { trueCfgScale } from './true-cfg-scale.js';
import type { EditForm } from './fields/check-form.js';
import { sizeWarnings } from './size-warnings.js';

/** The model authors' own: guidance needs something to guide away from. */
const DEFAULT_NEGATIVE_PROMPT = ' ';
/** Best quality, and the best that the format can do is the contract's default. */
const DEFAULT_QUALITY = 100;

/**
 * Fills in every default.
 * @param pictures the edit's, decoded
 * @param isFollowed the edit's events can be followed: it is streamed or a job
 */
export function buildEditJob(form: EditForm, pictures: EditInputs, isFollowed: boolean): EditJob {
  const { fields, inputs, loras, model } = form;
  const defaults = editDefaults(model, loras);
  const size = fields.size ?? defaults.size;
  // The last reference of an edit is the one that its result follows, where there may be several.
  const followed = pictures.map((references) => references.at(-1)).filter((picture) => picture !== undefined);
  return {
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
      ...sizeWarnings(
        size,
        followed.map((picture) => picture.size),
        model,
      ),
    ],
  };
}
