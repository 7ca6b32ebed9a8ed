import { textFieldKind } from '../../../fields/check-fields.js';
import { type FieldKind, MAX_JSON_CHARACTERS } from '../../../fields/field-rule.js';
import type { JsonForm, JsonValue } from './json-form.js';

/** How much of a string an error repeats. */
const SHOWN_CHARACTERS = 40;
const IN_JSON: Readonly<Record<FieldKind, string>> = {
  string: 'a string',
  number: 'a number without quotes',
  boolean: 'true or false without quotes',
  json: 'a string, an object or an array',
};

/**
 * The fields' values as the texts that a multipart form would hold, so that everything after this is the same for both. null is
 * absent. A value of another type than its field's becomes a symbol, see FieldRule.
 */
export function jsonTexts(fields: JsonForm['fields']): Map<string, unknown> {
  const texts = new Map<string, unknown>();
  for (const [name, values] of fields) {
    const [first = { type: 'null' }] = values;
    if (values.length > 1) texts.set(name, values);
    else if (first.type !== 'null') texts.set(name, textOf(first, textFieldKind(name) ?? 'string'));
  }
  return texts;
}

function textOf(value: JsonValue, kind: FieldKind): string | symbol {
  if (kind === 'json' && (value.type === 'object' || value.type === 'array')) {
    return value.text ?? Symbol(`must have at most ${MAX_JSON_CHARACTERS} characters`);
  }
  if (value.type !== (kind === 'json' ? 'string' : kind))
    return Symbol(`must be ${IN_JSON[kind]}, not ${shown(value)}`);
  if (value.type === 'number') return String(Number(value.text));
  if (value.type === 'boolean') return String(value.value);
  if (/\p{Surrogate}/u.test(value.text)) return Symbol('must be Unicode: it holds half of a surrogate pair');
  return value.text;
}

function shown(value: JsonValue): string {
  switch (value.type) {
    case 'string': {
      const { text } = value;
      return `the string ${JSON.stringify(text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text)}`;
    }
    case 'number':
      return value.text.slice(0, SHOWN_CHARACTERS);
    case 'boolean':
      return String(value.value);
    case 'null':
      return 'null';
    case 'array':
      return 'an array';
    case 'object':
      return 'an object';
  }
}
