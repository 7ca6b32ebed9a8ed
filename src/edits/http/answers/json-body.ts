import { base64Length, base64Pieces } from './base64-pieces.js';

/** Stands for the base64 text of these bytes: results may be hundreds of megabytes, and are encoded as they are sent. */
export class Base64File {
  constructor(readonly bytes: Uint8Array) {}
}

/** A description of JSON in which files stand for their base64. */
export type WithFiles<T> = T extends object
  ? { readonly [Key in keyof T]: Key extends 'b64_json' ? Base64File : WithFiles<T[Key]> }
  : T;

type Part = string | Uint8Array;

/** JSON in pieces, and its length in bytes. */
export class JsonBody {
  private readonly parts: readonly Part[];

  constructor(value: unknown) {
    const parts: Part[] = [];
    addJson(value, parts);
    this.parts = parts;
  }

  get length(): number {
    return this.parts.reduce(
      (sum, part) => sum + (typeof part === 'string' ? Buffer.byteLength(part) : base64Length(part)),
      0,
    );
  }

  async *pieces(): AsyncGenerator<string> {
    for (const part of this.parts) {
      if (typeof part === 'string') yield part;
      else yield* base64Pieces(part);
    }
  }
}

/** As JSON.stringify has it, but for the files. */
function addJson(value: unknown, parts: Part[]): void {
  if (value instanceof Base64File) {
    addText('"', parts);
    parts.push(value.bytes);
    addText('"', parts);
  } else if (Array.isArray(value)) {
    addList('[', ']', value, parts, (item) => addJson(item, parts));
  } else if (typeof value === 'object' && value !== null) {
    addList('{', '}', Object.entries(value), parts, ([name, item]) => {
      addText(`${JSON.stringify(name)}:`, parts);
      addJson(item, parts);
    });
  } else {
    addText(JSON.stringify(value), parts);
  }
}

function addList<T>(open: string, close: string, items: readonly T[], parts: Part[], add: (item: T) => void): void {
  addText(open, parts);
  for (const [index, item] of items.entries()) {
    if (index > 0) addText(',', parts);
    add(item);
  }
  addText(close, parts);
}

/** Texts in a row are one part, which is one write to the connection. */
function addText(text: string, parts: Part[]): void {
  const last = parts.at(-1);
  if (typeof last === 'string') parts[parts.length - 1] = last + text;
  else parts.push(text);
}
