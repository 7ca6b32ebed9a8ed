import { maskName } from '../mask/mask-file.js';
import { maskedName } from '../service/edit-request.js';
import type { EditRequest, InputPicture } from '../state/app-state.js';

/** What the code of a request is made from. */
export interface CodeSource {
  /** Full address of POST /v1/images/edits. */
  readonly address: string;
  /** Full address of the page, below which pictures of the service's own lie. */
  readonly base: string;
  readonly request: EditRequest;
  /** The service asks for a key. The code reads it from API_KEY: it isn't put on the screen. */
  readonly needsKey: boolean;
}

/** A picture that the code gets from the service. */
export interface FetchedPicture {
  readonly name: string;
  readonly address: string;
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

/** Pictures of the service's own, which the code gets first. */
export function fetchedPictures({ request, base }: CodeSource): FetchedPicture[] {
  return request.pictures.flatMap(({ origin, file }) =>
    origin.kind === 'service' ? [{ name: file.name, address: new URL(origin.path, base).href }] : [],
  );
}

/** Pictures that are in the page alone, and have to be saved for the code to find them. */
export function heldPictures({ pictures }: EditRequest): readonly InputPicture[] {
  return pictures.filter(({ origin }) => origin.kind === 'page' || origin.kind === 'result');
}

/** Extension of the result's files. */
export function resultExtension({ request }: CodeSource): string {
  const { output_type: type, output_format: format = 'png' } = request.options;
  return type === 'pt' ? 'pt' : format === 'jpeg' ? 'jpg' : format;
}
