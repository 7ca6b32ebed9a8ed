import type { LoraInfo } from '../../../protocol/lora.js';
import type { ModelInfo } from '../../../protocol/model-info.js';
import { isNameOf } from '../model-name.js';

/** The LoRA that the field `model` names; null where it names the checkpoint, whose names come first, or nothing. */
export function loraOfModel(name: string, model: ModelInfo): LoraInfo | null {
  return isNameOf(model.id, name) ? null : loraOf(name, model);
}

/** The LoRA of that name; null: the model has none. */
export function loraOf(name: string, { loras }: ModelInfo): LoraInfo | null {
  return loras.find((lora) => lora.name === name) ?? null;
}
