import type { JsonToken } from './json-tokens.js';

/** The JSON text that tokens stand for, as far as it is not longer than it may be. */
export class TokenText {
  private text = '';
  /** A value has ended: what comes next in its array or object stands behind a comma. */
  private isBehindValue = false;

  constructor(private readonly maxCharacters: number) {}

  /** null: it is longer. */
  get value(): string | null {
    return this.text.length > this.maxCharacters ? null : this.text;
  }

  add(token: JsonToken): void {
    if (this.text.length > this.maxCharacters) return;
    const isInside = token.name === 'stringChunk' || token.name === 'numberChunk';
    const isEnd = token.name.startsWith('end');
    if (!isInside && !isEnd && this.isBehindValue) this.text += ',';
    this.text += textOf(token);
    this.isBehindValue = isEnd ? token.name !== 'endKey' : !isInside && !token.name.startsWith('start');
  }
}

function textOf(token: JsonToken): string {
  switch (token.name) {
    case 'startObject':
      return '{';
    case 'endObject':
      return '}';
    case 'startArray':
      return '[';
    case 'endArray':
      return ']';
    case 'startKey':
    case 'startString':
    case 'endString':
      return '"';
    case 'endKey':
      return '":';
    case 'stringChunk':
      return JSON.stringify(token.value).slice(1, -1);
    case 'numberChunk':
      return token.value;
    case 'trueValue':
    case 'falseValue':
    case 'nullValue':
      return String(token.value);
    default:
      return '';
  }
}
