import { MAX_JSON_CHARACTERS } from '../field-rule.js';
import { parseNumber } from '../parse-text.js';
import { quoted, shownValue } from '../quoted.js';
import { doubledKey } from './doubled-key.js';

/** A LoRA as a request names it; whether there is one of that name is not checked. */
export interface NamedLora {
  readonly name: string;
  /** null: the LoRA's own default. */
  readonly scale: number | null;
}

/** What the field `lora` was read as. */
export class NamedLoras {
  constructor(readonly list: readonly NamedLora[]) {}
}

/** Why the field `lora` can't be read, in words that begin with its name. */
export class UnreadableLoras {
  /** @param isPath a path or a URL stands where a name belongs */
  constructor(
    readonly fault: string,
    readonly isPath = false,
  ) {}
}

/** LoRAs of one edit. */
export const MAX_LORAS = 4;
/** A larger one, below 0 too, leaves nothing of a picture. */
export const MAX_LORA_SCALE = 4;

const JSON_START = /^\s*[[{]/;
const EXAMPLE = '{"name": "style", "scale": 0.8}';

/**
 * Reads the field `lora`: a name, NAME:SCALE, an object of `name` and `scale` in JSON, or an array of such.
 * @returns NamedLoras, UnreadableLoras, or what it was given where that is no text
 */
export function parseLoras(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  if (text.length > MAX_JSON_CHARACTERS) {
    return new UnreadableLoras(`lora must have at most ${MAX_JSON_CHARACTERS} characters, ${text.length} were given`);
  }
  if (!JSON_START.test(text)) return listOf([text]);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return new UnreadableLoras(`lora must be a name, NAME:SCALE, or JSON such as ${EXAMPLE}: ${messageOf(error)}`);
  }
  const doubled = doubledKey(text);
  if (doubled !== null) return new UnreadableLoras(`lora: ${quoted(doubled)} must be given only once in an object`);
  return listOf(Array.isArray(value) ? value : [value]);
}

function listOf(values: readonly unknown[]): NamedLoras | UnreadableLoras {
  if (values.length > MAX_LORAS) {
    return new UnreadableLoras(`lora must name at most ${MAX_LORAS} LoRAs, ${values.length} were given`);
  }
  const list: NamedLora[] = [];
  for (const value of values) {
    const lora = typeof value === 'string' ? fromText(value) : fromJson(value);
    if (lora instanceof UnreadableLoras) return lora;
    if (list.some(({ name }) => name === lora.name)) {
      return new UnreadableLoras(`lora must name ${quoted(lora.name)} only once`);
    }
    list.push(lora);
  }
  return new NamedLoras(list);
}

/** `style`, or `style:0.8`; a name with a colon needs JSON. */
function fromText(text: string): NamedLora | UnreadableLoras {
  if (isPath(text)) return pathFault(text);
  const colon = text.lastIndexOf(':');
  return colon < 0 ? named(text, null) : named(text.slice(0, colon), parseNumber(text.slice(colon + 1)));
}

function fromJson(value: unknown): NamedLora | UnreadableLoras {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return new UnreadableLoras(`lora must be names or objects such as ${EXAMPLE}, not ${shownValue(value)}`);
  }
  const { name, scale = null, ...others } = value as Readonly<Record<string, unknown>>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    return new UnreadableLoras(`lora: ${quoted(unknown)} is unknown: an object has name and scale, as ${EXAMPLE}`);
  }
  if (name === undefined) return new UnreadableLoras(`lora: an object must have a name, as ${EXAMPLE}`);
  if (typeof name !== 'string') {
    return new UnreadableLoras(`lora: name must be a string, not ${shownValue(name)}`);
  }
  return isPath(name) ? pathFault(name) : named(name, scale);
}

function named(name: string, scale: unknown): NamedLora | UnreadableLoras {
  if (name === '') return new UnreadableLoras('lora: a name must not be empty');
  if (scale === null) return { name, scale };
  if (typeof scale === 'number' && Math.abs(scale) <= MAX_LORA_SCALE) return { name, scale };
  return new UnreadableLoras(
    `lora: the scale of ${quoted(name)} must be a number from ${-MAX_LORA_SCALE} to ${MAX_LORA_SCALE}, not ${shownValue(scale)}`,
  );
}

/** No file's name holds a slash. */
function isPath(name: string): boolean {
  return /[\\/]/.test(name);
}

function pathFault(text: string): UnreadableLoras {
  return new UnreadableLoras(`lora must be a name, and ${quoted(text)} is a path or a URL`, true);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
