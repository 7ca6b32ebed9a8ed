import { GOOD_PICTURE } from './edit-form.js';

/** A data URL of a file. */
export const dataUrl = (file: Uint8Array): string => `data:image/png;base64,${Buffer.from(file).toString('base64')}`;

/** A body of JSON that is served, with these fields in place of its own. */
export function goodJson(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    prompt: 'make it blue',
    images: [{ image_url: dataUrl(GOOD_PICTURE) }],
    num_inference_steps: 1,
    seed: 1,
    ...changes,
  };
}

/** Posts a body to the edits route: a text or bytes as they are, all else as JSON. */
export function postJson(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${url}/v1/images/edits`, {
    method: 'POST',
    body:
      typeof body === 'string' || body instanceof Uint8Array ? new Uint8Array(Buffer.from(body)) : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
}
