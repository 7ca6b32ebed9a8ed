import { getManyValues, none } from 'stream-chain/core';
import { jsonParser, type Token } from 'stream-json/core/parser.js';
import { discard } from '../../../../decoding/discard.js';
import { malformed } from './json-form-error.js';

export type JsonToken = Token;

/**
 * The tokens of a JSON text (RFC 8259), strings and numbers in pieces: however long a string is, it is never held as a whole.
 * A byte order mark before it is skipped. Each block is discarded once it was read.
 * @throws JsonFormError where the text is no UTF-8, no JSON, or goes on after it
 */
export function* jsonTokens(blocks: readonly Uint8Array[]): Generator<JsonToken> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const parse = jsonParser({ packValues: false });
  const read = (text: string | typeof none, whole: string): JsonToken[] => {
    try {
      // Its types leave out `none`, which ends the text.
      const tokens = parse(text as string);
      return tokens === none ? [] : getManyValues(tokens);
    } catch (error) {
      throw malformed(`The JSON body is malformed: ${complaint(whole, error)}`);
    }
  };
  // What is one block may have been typed by hand: its faults are worth to be told precisely.
  let whole = '';
  for (const block of blocks) {
    const text = decoded(decoder, block);
    if (blocks.length === 1) whole = text;
    yield* read(text, whole);
    discard(block);
  }
  // A character that was cut off, then a value.
  yield* read(decoded(decoder), whole);
  yield* read(none, whole);
}

function decoded(decoder: InstanceType<typeof TextDecoder>, block?: Uint8Array): string {
  try {
    return block === undefined ? decoder.decode() : decoder.decode(block, { stream: true });
  } catch {
    throw malformed('The JSON body must be UTF-8: it holds bytes that are none');
  }
}

/** The engine's own parser tells line and column; the one in pieces does not. */
function complaint(text: string, error: unknown): string {
  if (text !== '') {
    try {
      JSON.parse(text);
    } catch (precise) {
      return (precise as Error).message;
    }
  }
  return (error as Error).message.replace(/^Parser (cannot parse input: |has )/, '');
}
