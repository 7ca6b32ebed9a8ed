import { getManyValues, none } from 'stream-chain/core';
import { jsonParser, type Token } from 'stream-json/core/parser.js';

/** The first key that stands twice in an object of a JSON text, where JSON.parse takes the last one; null: there is none. */
export function doubledKey(json: string): string | null {
  const open: Set<string>[] = [];
  for (const token of tokensOf(json)) {
    if (token.name === 'startObject') open.push(new Set());
    if (token.name === 'endObject') open.pop();
    if (token.name !== 'keyValue') continue;
    if (open.at(-1)?.has(token.value) === true) return token.value;
    open.at(-1)?.add(token.value);
  }
  return null;
}

function tokensOf(json: string): Token[] {
  const tokens = jsonParser({ packValues: true, streamValues: false })(json);
  return tokens === none ? [] : getManyValues(tokens);
}
