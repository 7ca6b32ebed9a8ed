import type { OpenAPIObject } from '@nestjs/swagger';
import type { RequestLimits } from '../config/settings.js';
import type { ModelState } from '../inference/model-state.js';
import { servedLoras } from '../edits/fields/lora/lora-faults.js';
import { modelDefaults, modelSizes } from '../edits/model-defaults.js';
import type { ModelDefaultsDto } from '../edits/model-defaults.dto.js';
import type { ModelInfo } from '../protocol/model-info.js';
import { withEditFields } from './edit-fields.js';

/** Fields whose defaults are the checkpoint's. */
const MODEL_FIELDS = ['size', 'num_inference_steps', 'true_cfg_scale'] as const satisfies (keyof ModelDefaultsDto)[];

/**
 * The document with what this very service takes: its limits, and the served checkpoint's own defaults once it is loaded;
 * until then the document tells none for these fields.
 */
export function withServedFields(document: OpenAPIObject, limits: RequestLimits, state: ModelState): OpenAPIObject {
  return withEditFields(document, (fields) => {
    const properties = { ...fields };
    const set = (name: string, changes: object): void => {
      if (name in fields) properties[name] = { ...properties[name], ...changes };
    };
    set('num_inference_steps', { maximum: limits.maxSteps });
    for (const name of ['images', 'image'])
      set(name, { maxItems: limits.maxFiles, 'x-max-bytes': limits.maxFileBytes });
    if (state.status === 'ready') set(referencesField(fields), { maxItems: mostReferences(limits, state.model) });
    const defaults: Partial<ModelDefaultsDto> = state.status === 'ready' ? modelDefaults(state.model) : {};
    for (const name of MODEL_FIELDS) set(name, { default: defaults[name] });
    if (state.status === 'ready') {
      const { model } = state;
      set('size', sizeExample(model, fields['size']));
      const [prompt] = model.suggestions.flatMap(({ prompts }) => prompts);
      if (prompt !== undefined) set('prompt', { example: prompt });
      set('lora', loraExample(model, fields['lora']));
    }
    return properties;
  });
}

/** The pictures of one edit: in JSON they are called as the form's separate inputs are. */
function referencesField(fields: object): string {
  return 'image' in fields ? 'image' : 'images';
}

function mostReferences({ maxFiles }: RequestLimits, { maxReferences }: ModelInfo): number {
  return Math.min(maxFiles, maxReferences);
}

/** What to try as a LoRA of this model, and what there is. */
function loraExample(model: ModelInfo, field: object = {}): object {
  const [first] = model.loras.filter(({ refused }) => refused === null);
  return {
    description: `${descriptionOf(field)}. For ${model.id} ${servedLoras(model)}`,
    ...(first === undefined ? {} : { example: `${first.name}:${first.defaultScale}` }),
  };
}

function descriptionOf(field: object): string {
  return 'description' in field ? String(field.description) : '';
}

/** What to try as a size of this model: its own default, and the list of those that it makes well. */
function sizeExample(model: ModelInfo, field: object = {}): object {
  return {
    example: modelDefaults(model).size,
    description: `${descriptionOf(field)}. ${model.id} makes these well: ${modelSizes(model).join(', ')}`,
  };
}
