import { commonSizes } from '../images/output-size.js';
import { sizeText } from '../protocol/edit-settings.js';
import type { LoraChoice } from '../protocol/lora.js';
import type { ModelInfo } from '../protocol/model-info.js';
import { editDefaults } from './edit-defaults.js';
import type { ModelDefaultsDto } from './model-defaults.dto.js';

/** What the fields of an edit with these LoRAs are taken to be where they are absent and the checkpoint decides. */
export function modelDefaults(model: ModelInfo, loras: readonly Pick<LoraChoice, 'name'>[] = []): ModelDefaultsDto {
  const { size, numInferenceSteps, trueCfgScale } = editDefaults(model, loras);
  return {
    size: sizeText(size),
    num_inference_steps: numInferenceSteps,
    true_cfg_scale: trueCfgScale,
  };
}

/** Sizes that the model makes well, to choose from, as a request gives them; the first is a square. */
export function modelSizes({ sizeRules }: ModelInfo): string[] {
  return commonSizes(sizeRules).map(sizeText);
}
