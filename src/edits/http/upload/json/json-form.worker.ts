import { move, transferableSymbol, valueSymbol } from 'piscina';
import { JsonFormError, type JsonFormFault } from './json-form-error.js';
import { type JsonFormLimits, type JsonPicture, type JsonValue, readJsonForm } from './json-form.js';

export interface JsonFormTask {
  /** The body. */
  readonly blocks: readonly Uint8Array[];
  readonly limits: JsonFormLimits;
}

/** A picture in the form in which it goes from one thread to the other. */
export type SentPicture =
  | { readonly place: string; readonly blocks: readonly Uint8Array<ArrayBuffer>[] }
  | Exclude<JsonPicture, { readonly content: unknown }>;

export interface SentForm {
  readonly fields: ReadonlyMap<string, readonly JsonValue[]>;
  readonly pictures: readonly SentPicture[];
  readonly mask: SentPicture | null;
}

/** A form, or why the body is none. Errors lose their class on the way between threads. */
export type JsonFormResult = { readonly form: SentForm } | { readonly fault: JsonFormFault };

/** What the pool's threads run: reading megabytes of base64 would keep the API's own thread from answering. */
export default function readForm({ blocks, limits }: JsonFormTask): unknown {
  try {
    const { fields, pictures, mask } = readJsonForm(blocks, limits);
    return handOver({ form: { fields, pictures: pictures.map(sent), mask: mask === null ? null : sent(mask) } });
  } catch (error) {
    if (error instanceof JsonFormError) return { fault: error.fault } satisfies JsonFormResult;
    throw error;
  }
}

function sent(picture: JsonPicture): SentPicture {
  return 'content' in picture ? { place: picture.place, blocks: picture.content.blocks } : picture;
}

/** The pictures' bytes are given away, not copied: the copy would be made in the API's own thread. */
function handOver(result: { readonly form: SentForm }): unknown {
  const mask = result.form.mask === null ? [] : [result.form.mask];
  const blocks = [...result.form.pictures, ...mask].flatMap((picture) => ('blocks' in picture ? picture.blocks : []));
  return move({
    [transferableSymbol]: blocks.map(({ buffer }) => buffer),
    [valueSymbol]: result satisfies JsonFormResult,
  });
}
