import type { OpenAPIObject } from '@nestjs/swagger';
import type { RequestLimits } from '../config/settings.js';
import type { ModelState } from '../inference/model-state.js';
import { EditUploadDto } from '../edits/http/upload/edit-upload.dto.js';
import { modelDefaults } from '../edits/model-defaults.js';

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
    for (const [name, value] of Object.entries(modelDefaults(state.model))) set(name, { default: value as unknown });
  }
  return {
    ...document,
    components: { ...document.components, schemas: { ...schemas, [FORM]: { ...form, properties } } },
  };
}
