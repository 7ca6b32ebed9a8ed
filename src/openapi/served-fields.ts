import type { OpenAPIObject } from '@nestjs/swagger';
import type { RequestLimits } from '../config/settings.js';
import type { ModelState } from '../inference/model-state.js';
import { EditJsonDto } from '../edits/http/upload/edit-json.dto.js';
import { EditUploadDto } from '../edits/http/upload/edit-upload.dto.js';
import { modelDefaults } from '../edits/model-defaults.js';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type SchemaObject = Exclude<Schemas[string], { $ref: string }>;

/** The schemas of the form of POST /v1/images/edits: of its pictures' fields, and whatever else they hold, in two media types. */
const FORMS: readonly { readonly name: string; readonly pictureFields: readonly string[] }[] = [
  { name: EditUploadDto.name, pictureFields: ['images', 'image'] },
  { name: EditJsonDto.name, pictureFields: ['images'] },
];

/**
 * The document with what this very service takes: its limits, and the served checkpoint's own defaults once it is loaded
 * (until then the published checkpoint's, which the document has anyway).
 */
export function withServedFields(document: OpenAPIObject, limits: RequestLimits, state: ModelState): OpenAPIObject {
  const schemas = document.components?.schemas ?? {};
  const served = FORMS.map(({ name, pictureFields }) => {
    const form = schemas[name];
    if (form === undefined || '$ref' in form) throw new Error(`The document has no ${name}`);
    return [name, servedForm(form, pictureFields, limits, state)] as const;
  });
  return {
    ...document,
    components: { ...document.components, schemas: { ...schemas, ...Object.fromEntries(served) } },
  };
}

function servedForm(
  form: SchemaObject,
  pictureFields: readonly string[],
  limits: RequestLimits,
  state: ModelState,
): SchemaObject {
  const properties: Schemas = { ...form.properties };
  const set = (name: string, changes: object): void => {
    properties[name] = { ...properties[name], ...changes };
  };
  set('num_inference_steps', { maximum: limits.maxSteps });
  for (const name of pictureFields) set(name, { maxItems: limits.maxFiles });
  if (state.status === 'ready') {
    for (const [name, value] of Object.entries(modelDefaults(state.model))) set(name, { default: value as unknown });
  }
  return { ...form, properties };
}
