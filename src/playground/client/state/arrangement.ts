import { FaultError } from '../service/fault.js';
import type { EditRequest, ServedModel } from './app-state.js';

/** Whether an edit may have several pictures, its references; not told as long as the model isn't known. */
export function takesSeveral(model: ServedModel | null): boolean {
  return model !== null && model.maxReferences > 1;
}

/** Whether all pictures are one edit's: one alone, or a model that takes but one, leaves nothing to put together. */
export function isTogether(
  { together, pictures }: Pick<EditRequest, 'together' | 'pictures'>,
  model: ServedModel | null,
): boolean {
  return together && pictures.length > 1 && takesSeveral(model);
}

/** The request as this model takes it. */
export function arranged(request: EditRequest, model: ServedModel | null): EditRequest {
  return { ...request, together: isTogether(request, model) };
}

/** @throws FaultError when the edit has more references than the model takes */
export function checkReferences({ together, pictures }: EditRequest, { maxReferences }: ServedModel): void {
  const count = pictures.length;
  if (!together || count <= maxReferences) return;
  throw new FaultError({
    ...{ code: 'TOO_MANY_REFERENCES', message: '', param: 'image' },
    words: (strings) => strings.tooManyReferences(count, maxReferences),
  });
}

/** How many edits a request asks for, its variants aside. */
export function editCount({ together, pictures }: EditRequest): number {
  return together ? 1 : pictures.length;
}
