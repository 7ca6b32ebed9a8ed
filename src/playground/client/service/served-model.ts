import type { ModelListDto } from '../../../model-list/model-list.dto.js';
import type { ServedModel } from '../state/app-state.js';
import { editFields } from './edit-fields.js';
import type { ServiceClient } from './service-client.js';

/**
 * Asks the service what it serves and what an edit takes.
 * @throws FaultError, as long as the model is not loaded too
 */
export async function servedModel(client: ServiceClient): Promise<ServedModel> {
  // One after the other: the first makes sure of the key.
  const { data } = (await client.getJson('v1/models')) as ModelListDto;
  const [model] = data;
  const sizes = ['auto', ...(model?.sizes ?? [])];
  const fields = editFields(await client.getJson('openapi.json')).map((field) =>
    field.name === 'size' ? { ...field, choices: sizes } : field,
  );
  const { id = '', notice = null, suggestions = [], max_references: maxReferences = 1 } = model ?? {};
  return { id, notice, suggestions, maxReferences, fields };
}
