import type { EditForm } from './fields/check-form.js';

/** The guidance that an edit is made with: what was asked for or is the checkpoint's default, up to what the checkpoint bears. */
export function trueCfgScale({ fields, model }: Pick<EditForm, 'fields' | 'model'>): number {
  return Math.min(fields.true_cfg_scale ?? model.defaults.trueCfgScale, model.maxTrueCfgScale);
}
