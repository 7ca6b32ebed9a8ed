import { invalidEdit } from '../../../protocol/edit-error.js';
import type { LoraChoice } from '../../../protocol/lora.js';
import type { ModelInfo } from '../../../protocol/model-info.js';
import type { EditFields } from '../edit-fields.dto.js';
import { quoted } from '../quoted.js';
import { loraOf, loraOfModel } from './lora-of-model.js';

/**
 * The LoRAs that an edit uses, in the order in which they were named, with their scales. What has a scale of 0 isn't used.
 * @param fields each right by itself
 * @throws EditError when both `model` and `lora` name LoRAs
 */
export function chosenLoras({ lora, model: name }: EditFields, model: ModelInfo): LoraChoice[] {
  const named = lora?.list ?? [];
  const asModel = name === undefined ? null : loraOfModel(name, model);
  if (asModel !== null && named.length > 0) {
    throw invalidEdit(
      `model must be '${model.id}' or absent beside lora: ${quoted(asModel.name)} is a LoRA, which lora can name with the others`,
      'model',
    );
  }
  const choices = asModel === null ? named : [{ name: asModel.name, scale: null }];
  return choices
    .map(({ name, scale }) => ({ name, scale: scale ?? loraOf(name, model)?.defaultScale ?? 1 }))
    .filter(({ scale }) => scale !== 0);
}
