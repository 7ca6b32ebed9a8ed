import type { EditRequest } from '../state/app-state.js';
import { type Multipart, multipart } from './multipart.js';

/** What the page sets itself, or has its own place for; every other field is an option. */
export const NO_OPTIONS: readonly string[] = ['prompt', 'images', 'image', 'response_format', 'stream', 'progress'];

/** Where the page has another default than the service. */
export const PAGE_DEFAULTS: Readonly<Record<string, string>> = { partial_images: '2' };

/** The text fields of a request, by name. */
export function editTexts({ prompt, options }: EditRequest): [string, string][] {
  return [['prompt', prompt], ...Object.entries(options)];
}

/** The field that the pictures go under: together they are the references of one edit, in order. */
export function pictureField({ together }: EditRequest): string {
  return together ? 'image[]' : 'images';
}

/** The form that asks for an edit as a stream. */
export function editForm(request: EditRequest): Multipart {
  const texts = { ...PAGE_DEFAULTS, ...Object.fromEntries(editTexts(request)), stream: 'true', progress: 'true' };
  return multipart(
    Object.entries(texts),
    request.pictures.map(({ file }) => [pictureField(request), file]),
  );
}
