import type { ServedModel } from '../../inference/served-model.js';
import { EditError, invalidEdit } from '../../protocol/edit-error.js';
import type { ModelInfo } from '../../protocol/model-info.js';
import type { FormInput } from './form-input.js';
import { isNameOf, isOpenAiModel } from './model-name.js';
import { quoted } from './quoted.js';

const RETRY_AFTER_SECONDS = 10;

/**
 * The model that a form's field `model` names, by its own name or by that of one of its LoRAs; else the default one, by which the
 * field is then checked.
 * @throws EditError unavailable when its workers are gone, invalid when several models have a LoRA of that name
 */
export function chosenModel({ texts }: FormInput, served: ServedModel): ModelInfo {
  const name = texts.get('model');
  const [first, ...others] = served.models();
  if (first === undefined) return served.ready();
  if (typeof name !== 'string' || others.length + served.lost().length === 0) return first;
  const models = [first, ...others];
  const named = models.find(({ id }) => isNameOf(id, name));
  if (named !== undefined) return named;
  const lost = served.lost().find((id) => isNameOf(id, name));
  if (lost !== undefined) {
    throw new EditError('unavailable', `No worker serves the model ${quoted(lost)} just now`, {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
  const owners = models.filter(({ loras }) => loras.some((lora) => lora.name === name));
  if (owners.length > 1) {
    const list = owners.map(({ id }) => quoted(id)).join(' and ');
    throw invalidEdit(
      `model: ${list} have a LoRA ${quoted(name)} each; name one of them as model, and the LoRA as lora`,
      'model',
    );
  }
  if (owners[0] === undefined && name !== '' && !isOpenAiModel(name)) {
    const ids = models.map(({ id }) => quoted(id)).join(', ');
    throw invalidEdit(`model must be one of the served models (${ids}), one of their LoRAs, or absent`, 'model');
  }
  return owners[0] ?? first;
}
