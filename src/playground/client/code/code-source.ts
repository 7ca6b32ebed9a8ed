import { maskName } from '../mask/mask-file.js';
import { maskedName } from '../service/edit-request.js';
import type { EditRequest } from '../state/app-state.js';

/** What the code of a request is made from. */
export interface CodeSource {
  /** Full address of POST /v1/images/edits. */
  readonly address: string;
  readonly request: EditRequest;
  /** The service asks for a key. The code reads it from API_KEY: it isn't put on the screen. */
  readonly needsKey: boolean;
}

/** The mask's file, which has to be saved beside the pictures; none where there is no mask. */
export function maskNames({ request }: CodeSource): string[] {
  return request.mask === null ? [] : [maskName(maskedName(request))];
}

/** Names of the pictures; one to put in the place of, where there are none yet. */
export function pictureNames({ request }: CodeSource): string[] {
  const names = request.pictures.map(({ file }) => file.name);
  return names.length === 0 ? ['photo.jpg'] : names;
}

/** Extension of the result's files. */
export function resultExtension({ request }: CodeSource): string {
  const { output_type: type, output_format: format = 'png' } = request.options;
  return type === 'pt' ? 'pt' : format === 'jpeg' ? 'jpg' : format;
}
