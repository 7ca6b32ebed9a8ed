import { editDefaults } from './edit-defaults.js';
import type { EditForm } from './fields/check-form.js';

/** The guidance that an edit is made with: what was asked for or is the default, up to what the checkpoint bears. */
export function trueCfgScale({ fields, loras, model }: Pick<EditForm, 'fields' | 'loras' | 'model'>): number {
  return Math.min(fields.true_cfg_scale ?? editDefaults(model, loras).trueCfgScale, model.maxTrueCfgScale);
}
