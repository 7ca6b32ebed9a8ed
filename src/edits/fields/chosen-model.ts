import { noWorkerServes } from '../../inference/no-worker.js';
import type { LostModel, ServedModel } from '../../inference/served-model.js';
import { invalidEdit } from '../../protocol/edit-error.js';
import type { ModelInfo } from '../../protocol/model-info.js';
import type { FormInput } from './form-input.js';
import { isNameOf, isOpenAiModel } from './model-name.js';
import { quoted } from './quoted.js';

/**
 * The model that a form's field `model` names, by its own name or by that of one of its LoRAs; else the default one, by which the
 * field is then checked.
 * @throws EditError unavailable when its workers are gone, invalid when several models have a LoRA of that name
 */
export function chosenModel({ texts }: FormInput, served: ServedModel): ModelInfo {
  const name = texts.get('model');
  const models = served.state.status === 'ready' ? served.models() : [];
  const lost = served.lost();
  const named = typeof name === 'string' && models.length + lost.length > 1 ? namedModel(name, models, lost) : null;
  return named ?? models[0] ?? served.ready();
}

/** null: the name is that of no model. */
function namedModel(name: string, models: readonly ModelInfo[], lost: readonly LostModel[]): ModelInfo | null {
  const named = models.find(({ id }) => isNameOf(id, name));
  if (named !== undefined) return named;
  const missed = lost.find(({ id }) => isNameOf(id, name));
  if (missed !== undefined) throw noWorkerServes(missed.id);
  const owners = models.filter(({ loras }) => loras.some((lora) => lora.name === name));
  if (owners.length > 1) {
    const list = owners.map(({ id }) => quoted(id)).join(' and ');
    throw invalidEdit(
      `model: ${list} have a LoRA ${quoted(name)} each; name one of them as model, and the LoRA as lora`,
      'model',
    );
  }
  if (owners[0] !== undefined) return owners[0];
  const missedOwner = lost.find(({ loras }) => loras.includes(name));
  if (missedOwner !== undefined) throw noWorkerServes(missedOwner.id);
  if (models.length > 0 && name !== '' && !isOpenAiModel(name)) {
    const ids = models.map(({ id }) => quoted(id)).join(', ');
    throw invalidEdit(`model must be one of the served models (${ids}), one of their LoRAs, or absent`, 'model');
  }
  return null;
}
