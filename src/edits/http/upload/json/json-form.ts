import { inMegabytes } from '../../../../program/megabytes.js';
import type { FileBlocks } from '../../../fields/file-blocks.js';
import { DataUrl } from './data-url.js';
import { malformed, tooMuch } from './json-form-error.js';
import { type JsonToken, jsonTokens } from './json-tokens.js';
import { TokenText } from './token-text.js';

/** What a body of JSON may hold at most; the same as a multipart body. */
export interface JsonFormLimits {
  readonly maxFiles: number;
  readonly maxFileBytes: number;
  readonly maxFields: number;
  /** Of one text; in characters, which are no more than its bytes. */
  readonly maxTextBytes: number;
  readonly maxNameLength: number;
  /** Of an object's or array's text; of longer ones nothing but their type is kept. */
  readonly maxStructureLength: number;
}

/** A field's value as plain data; of an object or array its JSON text, null where that is too long. */
export type JsonValue =
  | { readonly type: 'string' | 'number'; readonly text: string }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'null' }
  | { readonly type: 'array' | 'object'; readonly text: string | null };

/** One of `images`, or `mask`: its bytes, where they are to be fetched, or what is wrong with it, in words and by its field. */
export type JsonPicture =
  | { readonly place: string; readonly content: FileBlocks }
  | { readonly place: string; readonly url: string }
  | { readonly fault: string; readonly param: string };

/** A body of JSON as it was read: which values its fields may have is not checked. */
export interface JsonForm {
  /** Of all fields but `images` and `mask`: every value that was given, in order. */
  readonly fields: ReadonlyMap<string, readonly JsonValue[]>;
  readonly pictures: readonly JsonPicture[];
  /** null: there is none. */
  readonly mask: JsonPicture | null;
}

const MAX_DEPTH = 64;
/** Of values that no field takes: they are read over. */
const MAX_SKIPPED_TOKENS = 10_000;
const MAX_NUMBER_CHARACTERS = 1000;
const MAX_URL_CHARACTERS = 8192;
const DATA_URL = /^data:/i;

/**
 * Reads an edit's form from the blocks of a JSON text, which are discarded. It is never held as a whole, and no value is made of
 * it but a field's.
 * @throws JsonFormError
 */
export function readJsonForm(blocks: readonly Uint8Array[], limits: JsonFormLimits): JsonForm {
  return new JsonFormReader(jsonTokens(blocks), limits).read();
}

class JsonFormReader {
  private readonly fields = new Map<string, JsonValue[]>();
  private readonly pictures: JsonPicture[] = [];
  private hasImages = false;
  private mask: JsonPicture | null = null;
  private hasMask = false;
  private skippedTokens = 0;
  private textLength = 0;

  constructor(
    private readonly tokens: Iterator<JsonToken, undefined>,
    private readonly limits: JsonFormLimits,
  ) {}

  read(): JsonForm {
    if (this.next().name !== 'startObject')
      throw malformed('The JSON body must be an object: {"prompt": …, "images": …}');
    let count = 0;
    for (const name of this.names()) {
      count += 1;
      if (count > this.limits.maxFields) throw malformed('The JSON body has too many fields');
      if (name === 'images') this.readImages();
      else if (name === 'mask') this.readMask();
      else this.fields.set(name, [...(this.fields.get(name) ?? []), this.readValue(name)]);
    }
    // Nothing may follow.
    this.tokens.next();
    return { fields: this.fields, pictures: this.pictures, mask: this.mask };
  }

  private next(): JsonToken {
    const { value } = this.tokens.next();
    if (value === undefined) throw malformed('The JSON body is malformed: it was cut off');
    return value;
  }

  /** The keys of an object that has begun; after each its value is to be read. */
  private *names(): Generator<string> {
    while (this.next().name === 'startKey') {
      yield this.text(this.limits.maxNameLength, () => malformed('A field name in the JSON body is too long'));
    }
  }

  /** A key's, string's or number's pieces put together, up to its end. */
  private text(maxLength: number, tooLong: () => Error): string {
    let text = '';
    for (let token = this.next(); 'value' in token; token = this.next()) {
      text += String(token.value);
      if (text.length > maxLength) throw tooLong();
    }
    return text;
  }

  private readValue(name: string): JsonValue {
    const token = this.next();
    switch (token.name) {
      case 'startString': {
        const { maxTextBytes } = this.limits;
        const tooLong = (): Error => tooMuch(`${name} is longer than ${inMegabytes(maxTextBytes)}`, name);
        const text = this.text(maxTextBytes, tooLong);
        this.textLength += text.length;
        if (this.textLength > maxTextBytes)
          throw tooMuch(`The texts are longer than ${inMegabytes(maxTextBytes)} in all`);
        return { type: 'string', text };
      }
      case 'startNumber': {
        const tooLong = (): Error => malformed(`${name} is a number of too many digits`, name);
        return { type: 'number', text: this.text(MAX_NUMBER_CHARACTERS, tooLong) };
      }
      case 'trueValue':
      case 'falseValue':
        return { type: 'boolean', value: token.value };
      case 'nullValue':
        return { type: 'null' };
      default: {
        const text = new TokenText(this.limits.maxStructureLength);
        this.skip(token, (each) => text.add(each));
        return { type: token.name === 'startArray' ? 'array' : 'object', text: text.value };
      }
    }
  }

  /** Reads over the value that begins with this token; `look` is shown each of its tokens. */
  private skip(first: JsonToken, look: (token: JsonToken) => void = () => undefined): void {
    let depth = 0;
    for (let token = first; ; token = this.next()) {
      look(token);
      if (token.name === 'stringChunk' || token.name === 'numberChunk') continue;
      if (token.name.startsWith('start')) depth += 1;
      if (token.name.startsWith('end')) depth -= 1;
      this.skippedTokens += 1;
      if (depth > MAX_DEPTH) throw malformed('The JSON body is nested too deeply');
      if (this.skippedTokens > MAX_SKIPPED_TOKENS) throw malformed('The JSON body has too many values');
      if (depth === 0) return;
    }
  }

  private readImages(): void {
    const first = this.next();
    const isRepeated = this.hasImages;
    this.hasImages = true;
    if (isRepeated || (first.name !== 'startArray' && first.name !== 'nullValue')) {
      const fault = isRepeated ? 'images must be given only once' : 'images must be an array of {"image_url": …}';
      this.pictures.unshift({ fault, param: 'images' });
      this.skip(first);
      return;
    }
    if (first.name === 'nullValue') return;
    for (let token = this.next(); token.name !== 'endArray'; token = this.next()) {
      this.checkFileCount();
      this.pictures.push(this.readPicture(token, `images[${this.pictures.length}]`));
    }
  }

  private readMask(): void {
    const first = this.next();
    const isRepeated = this.hasMask;
    this.hasMask = true;
    if (isRepeated) {
      this.mask = { fault: 'mask must be given only once', param: 'mask' };
      this.skip(first);
      return;
    }
    if (first.name === 'nullValue') return;
    this.checkFileCount();
    this.mask = this.readPicture(first, 'mask');
  }

  /** One more file is about to be read. */
  private checkFileCount(): void {
    const { maxFiles } = this.limits;
    if (this.pictures.length + (this.mask === null ? 0 : 1) === maxFiles) {
      throw tooMuch(`At most ${maxFiles} files are allowed in a request (MAX_FILES)`);
    }
  }

  /** One of `images`, or `mask`, of which this is the first token. */
  private readPicture(first: JsonToken, place: string): JsonPicture {
    if (first.name !== 'startObject') {
      this.skip(first);
      return { fault: `${place} must be an object: {"image_url": "data:image/png;base64,…"}`, param: place };
    }
    let picture: JsonPicture | null = null;
    let fault: JsonPicture | null = null;
    const seen = new Set<string>();
    for (const name of this.names()) {
      const key = `${place}.${name}`;
      const isRepeated = seen.has(name);
      if (isRepeated) fault ??= { fault: `${key} must be given only once`, param: key };
      seen.add(name);
      const token = this.next();
      if (token.name === 'startString' && name === 'image_url' && !isRepeated) picture = this.readUrl(key);
      else {
        this.skip(token);
        if (token.name !== 'nullValue') fault ??= { fault: keyFault(name, key), param: key };
      }
    }
    return fault ?? picture ?? { fault: `${place} must have an image_url`, param: place };
  }

  /** The text of an `image_url`, whose string has begun. */
  private readUrl(place: string): JsonPicture {
    let start = '';
    let data: DataUrl | null = null;
    for (let token = this.next(); 'value' in token; token = this.next()) {
      const piece = String(token.value);
      if (data !== null) data.add(piece);
      else if (start.length <= MAX_URL_CHARACTERS) {
        start = (start + piece).trimStart();
        data = beginDataUrl(start);
      }
      if (data !== null) this.checkSize(data, place);
    }
    if (data === null) return urlText(start, place);
    data.end();
    this.checkSize(data, place);
    return data.fault === null ? { place, content: data.content } : { fault: `${place} ${data.fault}`, param: place };
  }

  private checkSize({ content }: DataUrl, place: string): void {
    const { maxFileBytes } = this.limits;
    if (content.length > maxFileBytes) {
      throw tooMuch(`${place} is larger than ${inMegabytes(maxFileBytes)} (MAX_FILE_MB)`, place);
    }
  }
}

/** null: it is none, or there is too little of it to tell. */
function beginDataUrl(start: string): DataUrl | null {
  if (!DATA_URL.test(start)) return null;
  const data = new DataUrl();
  data.add(start.slice('data:'.length));
  return data;
}

function keyFault(name: string, key: string): string {
  switch (name) {
    case 'image_url':
      return `${key} must be a string: a data URL, or an http(s) URL`;
    case 'file_id':
      return `${key} is not supported: send the picture itself as image_url`;
    default:
      return `Unknown field: ${key}`;
  }
}

function urlText(text: string, place: string): JsonPicture {
  const url = text.trimEnd();
  if (/^https?:/i.test(url) && url.length <= MAX_URL_CHARACTERS) return { place, url };
  const kinds = '"data:image/png;base64,…", or an http(s) URL';
  const fault =
    url.length > MAX_URL_CHARACTERS && /^https?:/i.test(url)
      ? `${place} is longer than ${MAX_URL_CHARACTERS} characters`
      : `${place} must be a data URL, ${kinds}; it begins with ${JSON.stringify(url.slice(0, 20))}`;
  return { fault, param: place };
}
