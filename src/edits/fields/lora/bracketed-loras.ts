import { parseNumber } from '../parse-text.js';

/** `lora[name]`, `lora[]`, `lora[0]`, `lora[][name]`, `lora[0][name]`; a number is a place, all else a key. */
const BRACKETS = /^lora(?:\[(\d*)\])?(?:\[((?!\d*\])[^[\]]+)\])?$/;
/** Stands for columns that don't make rows. */
const UNEVEN = Symbol(
  'must have each of its names in brackets equally often: give every LoRA its scale, or send one text of JSON',
);

/** What a bracketed name was given as: where it belongs, and its values in order. */
interface Bracketed {
  /** undefined: the one object; empty: each value has a place of its own. */
  readonly place: string | undefined;
  /** undefined: the value is the element itself. */
  readonly key: string | undefined;
  readonly values: readonly string[];
}

/**
 * The texts of a form with the field `lora` as one text of JSON, where the client's library wrote an object or an array in
 * brackets, as OpenAI's packages do in multipart forms.
 */
export function withLoraText(texts: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  const given = [...texts].filter(([name]) => name.startsWith('lora['));
  const all = given.map(([name, value]) => bracketed(name, value));
  const read = all.filter((one) => one !== null);
  if (given.length === 0 || read.length < all.length || texts.has('lora')) return texts;
  const others = [...texts].filter(([name]) => !name.startsWith('lora['));
  return new Map([...others, ['lora', loraText(read)]]);
}

/** null: its name or its values can't be read. */
function bracketed(name: string, value: unknown): Bracketed | null {
  const match = BRACKETS.exec(name);
  const values = [value].flat();
  const texts = values.filter((one) => typeof one === 'string');
  return match === null || texts.length < values.length ? null : { place: match[1], key: match[2], values: texts };
}

function loraText(given: readonly Bracketed[]): string | symbol {
  if (given.every(({ place }) => place === undefined)) return `{${given.flatMap(members).join(',')}}`;
  const columns = given.filter(({ place, key }) => place === '' && key !== undefined);
  if (columns.some(({ values }) => values.length !== columns[0]?.values.length)) return UNEVEN;
  const elements: string[] = [];
  const objects = new Map<string, string[]>();
  for (const { place = '', key, values } of given) {
    for (const [index, value] of values.entries()) {
      if (key === undefined) elements.push(JSON.stringify(value));
      else {
        const row = place === '' ? `column ${index}` : place;
        objects.set(row, [...(objects.get(row) ?? []), member(key, value)]);
      }
    }
  }
  return `[${[...elements, ...[...objects.values()].map((row) => `{${row.join(',')}}`)].join(',')}]`;
}

/** A key that was given twice stands twice, and is refused as in JSON. */
function members({ key = '', values }: Bracketed): string[] {
  return values.map((value) => member(key, value));
}

/** Forms have no numbers: what can be one is one, but for a name. */
function member(key: string, value: string): string {
  return `${JSON.stringify(key)}:${JSON.stringify(key === 'name' ? value : parseNumber(value))}`;
}
