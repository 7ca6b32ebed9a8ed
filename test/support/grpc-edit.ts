import type { Fields } from './edit-form.js';
import { GOOD_PICTURE } from './edit-form.js';
import type { EditEvent } from './grpc.js';

/** An EditRequest that is served, with these fields in place of its own. */
export function goodRequest(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { images: [GOOD_PICTURE], prompt: 'make it blue', num_inference_steps: 1, seed: 1, ...changes };
}

/** The same as a form's fields. */
export function formFields(request: Readonly<Record<string, unknown>>): Fields {
  const texts = Object.entries(request).map(([name, value]) => {
    const isFile =
      value instanceof Uint8Array || (Array.isArray(value) && value.every((each) => each instanceof Uint8Array));
    if (isFile) return [name, value];
    return [name, typeof value === 'string' ? value : JSON.stringify(value)];
  });
  return Object.fromEntries(texts) as Fields;
}

/** Files of a stream's results. */
export function resultFiles(events: readonly EditEvent[]): Buffer[] {
  return events.flatMap(({ result }) => (result === undefined ? [] : [result.data]));
}

/** A single picture that takes its time; a test that needs it running holds the engine. */
export const LONG_REQUEST = goodRequest({ num_inference_steps: 150, size: '384x384' });
/** Forty larger ones: nobody waits for their end. */
export const ENDLESS_REQUEST = {
  ...LONG_REQUEST,
  size: '512x512',
  images: Array.from({ length: 4 }, () => GOOD_PICTURE),
  n: 10,
};
