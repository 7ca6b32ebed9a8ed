import { randomInt } from 'node:crypto';
import type { InputPicture } from '../images/input-picture.js';
import type { EditRequest } from '../inference/protocol.js';
import type { EditForm } from './fields/edit-form.pipe.js';

/** The model authors' own: guidance needs something to guide away from. */
const DEFAULT_NEGATIVE_PROMPT = ' ';

/** Fills in every default. `pictures` are the form's inputs, in their order. */
export function editRequest({ fields, inputs, model }: EditForm, pictures: readonly InputPicture[]): EditRequest {
  return {
    prompt: fields.prompt,
    negativePrompt: fields.negative_prompt ?? DEFAULT_NEGATIVE_PROMPT,
    inputs: inputs.kind === 'together' ? [pictures] : pictures.map((picture) => [picture]),
    size: fields.size ?? model.defaults.size,
    n: fields.n,
    numInferenceSteps: fields.num_inference_steps ?? model.defaults.numInferenceSteps,
    trueCfgScale: fields.true_cfg_scale ?? model.defaults.trueCfgScale,
    seed: fields.seed ?? randomInt(2 ** 32),
    maxSequenceLength: fields.max_sequence_length,
    outputType: fields.output_type,
  };
}
