import type { ModelDto, ModelListDto } from '../../../model-list/model-list.dto.js';
import type { ServedLora, ServedModel } from '../state/app-state.js';
import { type EditField, editFields } from './edit-fields.js';
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
  const ids = data.filter(({ parent }) => parent === null).map(({ id }) => id);
  const fields = editFields(await client.getJson('openapi.json')).map((field) => {
    if (field.name === 'size') return { ...field, choices: sizes };
    return field.name === 'model' && ids.length > 1 ? chosenFrom(field, ids) : field;
  });
  const {
    id = '',
    notice = null,
    suggestion_groups: suggestions = [],
    max_references: maxReferences = 1,
  } = model ?? {};
  const loras = data.filter(({ parent }) => parent === model?.id).map(servedLora);
  const maxFileBytes = fields.find(({ name }) => name === 'images')?.maxBytes ?? null;
  return {
    ...{ id, notice, suggestions, maxReferences, maxFileBytes, loras, fields },
    examples: (model?.examples ?? []).map(({ prompt, before, after }) => ({
      prompt,
      before: below(before),
      after: below(after),
    })),
    sizes: model?.sizes ?? [],
  };
}

/** The model of an edit, where several are served; the first is the default. */
function chosenFrom(field: EditField, ids: readonly string[]): EditField {
  return { ...field, kind: 'choice', choices: ids, fallback: ids[0] ?? null };
}

/** A path of the service, below whatever path a proxy has put it. */
function below(path: string): string {
  return path.replace(/^\//, '');
}

function servedLora({ id, description, default_scale: scale, refused, defaults }: ModelDto): ServedLora {
  const texts = Object.entries(defaults).map(([name, value]) => [name, String(value)] as const);
  return { name: id, description, defaultScale: scale ?? 1, refused, defaults: Object.fromEntries(texts) };
}
