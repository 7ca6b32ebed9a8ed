import { isGuided } from '../protocol/edit-settings.js';
import { loraDefaultWarnings } from './edit-defaults.js';
import type { EditForm } from './fields/check-form.js';
import { trueCfgScale } from './true-cfg-scale.js';

/**
 * What the caller asked for and doesn't get, one sentence each; the answer's `warnings`.
 * @param isFollowed the edit's events can be followed: it is streamed or a job
 */
export function editWarnings(form: EditForm, isFollowed: boolean): string[] {
  const { fields, model } = form;
  const scale = trueCfgScale(form);
  const warnings = loraDefaultWarnings(form);
  const warn = (applies: boolean, text: string): void => {
    if (applies) warnings.push(text);
  };
  warn(
    fields.guidance_scale !== undefined,
    `guidance_scale had no effect: ${model.id} is not guidance-distilled; true_cfg_scale sets its guidance`,
  );
  warn(
    (fields.true_cfg_scale ?? 0) > scale,
    `true_cfg_scale was lowered to ${scale}: ${model.id} is not made for more guidance`,
  );
  warn(
    fields.negative_prompt !== undefined && !isGuided({ trueCfgScale: scale }),
    'negative_prompt had no effect: true_cfg_scale is at most 1, so guidance is off',
  );
  warn(
    fields.output_compression !== undefined && (fields.output_format === 'png' || fields.output_type === 'pt'),
    'output_compression had no effect: it is the quality of jpeg and webp',
  );
  for (const field of ['partial_images', 'progress'] as const) {
    warn(Boolean(fields[field]) && !isFollowed, `${field} had no effect: the answer is not a stream`);
  }
  warn(isOtherThan(fields.background, 'auto', 'opaque'), 'background had no effect: results are always opaque');
  warn(isOtherThan(fields.quality, 'auto', 'standard'), 'quality had no effect: num_inference_steps sets the quality');
  warn(
    isOtherThan(fields.input_fidelity),
    'input_fidelity had no effect: the inputs are always followed in the same way',
  );
  warn(isOtherThan(fields.moderation, 'auto', 'low'), 'moderation had no effect: nothing is moderated');
  return warnings;
}

function isOtherThan(value: string | undefined, ...met: readonly string[]): boolean {
  return value !== undefined && !met.includes(value);
}
