import type { OpenAPIObject } from '@nestjs/swagger';
import type { RequestLimits } from '../config/settings.js';
import type { ModelState } from '../inference/model-state.js';
import { EditUploadDto } from '../edits/http/upload/edit-upload.dto.js';
import { modelDefaults, modelSizes } from '../edits/model-defaults.js';
import type { ModelInfo } from '../protocol/model-info.js';

/** The schema of the form of POST /v1/images/edits. */
const FORM = EditUploadDto.name;

/**
 * The document with what this very service takes: its limits, and the served checkpoint's own defaults once it is loaded
 * (until then the published checkpoint's, which the document has anyway).
 */
export function withServedFields(document: OpenAPIObject, limits: RequestLimits, state: ModelState): OpenAPIObject {
  const schemas = document.components?.schemas ?? {};
  const form = schemas[FORM];
  if (form === undefined || '$ref' in form) throw new Error(`The document has no ${FORM}`);
  const properties = { ...form.properties };
  const set = (name: string, changes: object): void => {
    properties[name] = { ...properties[name], ...changes };
  };
  set('num_inference_steps', { maximum: limits.maxSteps });
  for (const name of ['images', 'image']) set(name, { maxItems: limits.maxFiles });
  if (state.status === 'ready') {
    const { model } = state;
    for (const [name, value] of Object.entries(modelDefaults(model))) set(name, { default: value as unknown });
    set('size', sizeExample(model, properties['size']));
    const [prompt] = model.suggestions;
    if (prompt !== undefined) set('prompt', { example: prompt });
  }
  return {
    ...document,
    components: { ...document.components, schemas: { ...schemas, [FORM]: { ...form, properties } } },
  };
}

/** What to try as a size of this model: its own default, and the list of those that it makes well. */
function sizeExample(model: ModelInfo, field: object = {}): object {
  const description = 'description' in field ? String(field.description) : '';
  return {
    example: modelDefaults(model).size,
    description: `${description}. ${model.id} makes these well: ${modelSizes(model).join(', ')}`,
  };
}
