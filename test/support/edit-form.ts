import { readFileSync } from 'node:fs';
import { pictureFile } from './fixtures.js';

export const GOOD_PICTURE = readFileSync(pictureFile('square.png'));

type FieldValue = string | Uint8Array;
/** Field values by name: an array repeats its field, bytes are a file, undefined is left out. */
export type Fields = Readonly<Record<string, FieldValue | readonly FieldValue[] | undefined>>;

export function form(fields: Fields): FormData {
  const data = new FormData();
  for (const [name, values = []] of Object.entries(fields)) {
    for (const value of typeof values === 'string' || values instanceof Uint8Array ? [values] : values) {
      if (typeof value === 'string') data.append(name, value);
      else data.append(name, new Blob([new Uint8Array(value)]), `${name}.bin`);
    }
  }
  return data;
}

/** A form that is served, with these fields in place of its own. */
export function goodForm(changes: Fields = {}): FormData {
  return form({ images: GOOD_PICTURE, prompt: 'make it blue', num_inference_steps: '1', seed: '1', ...changes });
}

export interface EditBody {
  readonly created: number;
  readonly data: readonly { readonly b64_json: string; readonly seed: number; readonly input_index: number }[];
  readonly usage: Readonly<Record<string, number>> & {
    readonly input_tokens_details: Readonly<Record<string, number>>;
  };
  readonly output_format: string;
  readonly size: string;
  readonly warnings: readonly string[];
}

/** Posts a form to the edits route. */
export function postEdit(
  url: string,
  body: FormData,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${url}/v1/images/edits`, { method: 'POST', body, headers });
}

/** Posts a form that must be served. */
export async function edit(url: string, body: FormData): Promise<EditBody> {
  const response = await postEdit(url, body);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status}: ${text}`);
  return JSON.parse(text) as EditBody;
}
