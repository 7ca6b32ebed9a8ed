import type { ModelDto } from '../../model-list/model-list.dto.js';

/** A model as a message: what is null in HTTP's JSON is absent. */
export function modelMessage(model: ModelDto): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(model).filter(([, value]) => value !== null));
}
