import type { LoraChoice } from '../protocol/lora.js';
import type { ModelInfo } from '../protocol/model-info.js';
import type { EditForm } from './fields/check-form.js';
import { quoted } from './fields/quoted.js';

/** Defaults that LoRAs may have, by their names as fields. */
const LORA_DEFAULTS = { num_inference_steps: 'numInferenceSteps', true_cfg_scale: 'trueCfgScale' } as const;

/**
 * What an edit's fields are taken to be where they are absent: as the LoRAs have it that it uses, else as the checkpoint has it.
 * Where LoRAs differ, the one that was named first counts.
 */
export function editDefaults(
  model: ModelInfo,
  loras: readonly Pick<LoraChoice, 'name'>[],
): Readonly<ModelInfo['defaults']> {
  return loras.reduceRight((defaults, { name }) => ({ ...defaults, ...loraDefaults(model, name) }), model.defaults);
}

/** Which LoRA's default counts where several differ, and the caller says nothing; a sentence a field. */
export function loraDefaultWarnings({ fields, loras, model }: EditForm): string[] {
  return (['num_inference_steps', 'true_cfg_scale'] as const).flatMap((field) => {
    const [first, ...others] = loras.flatMap(({ name }) => {
      const value = loraDefaults(model, name)[LORA_DEFAULTS[field]];
      return value === undefined ? [] : [{ name, value }];
    });
    const differing = others.filter(({ value }) => value !== first?.value);
    if (fields[field] !== undefined || first === undefined || differing.length === 0) return [];
    const list = differing.map(({ name, value }) => `${quoted(name)} is made for ${value}`).join(', ');
    return [`${field} was taken to be ${first.value}, as the LoRA ${quoted(first.name)} is made for; ${list}`];
  });
}

function loraDefaults({ loras }: ModelInfo, name: string): ModelInfo['loras'][number]['defaults'] {
  return loras.find((lora) => lora.name === name)?.defaults ?? {};
}
