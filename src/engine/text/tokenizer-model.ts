import { CheckpointError } from '../../checkpoint/checkpoint-error.js';
import type { TokenizerFiles } from '../../checkpoint/tokenizer-files.js';
import { BytePairEncoder, type Merge } from './byte-pair-encoder.js';

/** Special tokens that the pipeline's template is made of. */
const TEMPLATE_TOKENS = ['<|im_start|>', '<|im_end|>', '<|vision_start|>', '<|image_pad|>', '<|vision_end|>'];

/** Settings of added tokens that the family's tokenizers leave at false. */
const UNSUPPORTED_SETTINGS = ['lstrip', 'rstrip', 'single_word'];

/** A text that is one token wherever it stands. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Steers the model, so that a prompt must not hold it. */
  readonly special: boolean;
  /** Looked for in the normalised text. */
  readonly normalized: boolean;
}

/** What a checkpoint's tokenizer files say of how texts become ids. */
export interface TokenizerModel {
  readonly encoder: BytePairEncoder;
  readonly addedTokens: readonly AddedToken[];
}

/**
 * Reads vocabulary, merges and added tokens. Like transformers' Qwen2Tokenizer, it leaves aside what a tokenizer.json says
 * of normalizer and pre-tokenizer.
 *
 * @throws CheckpointError when a file is malformed or a token of the template is missing
 */
export function readTokenizerModel(files: TokenizerFiles): TokenizerModel {
  const { folder } = files;
  const addedTokens = readAddedTokens(files);
  const contents = new Set(addedTokens.map(({ content }) => content));
  const missing = TEMPLATE_TOKENS.find((token) => !contents.has(token));
  if (missing !== undefined) throw new CheckpointError(`${folder}: the tokenizer has no added token ${missing}`);
  return { encoder: readEncoder(files), addedTokens };
}

function readEncoder({ folder, tokenizerJson, vocabJson, mergesTxt }: TokenizerFiles): BytePairEncoder {
  if (isRecord(tokenizerJson)) {
    const file = `${folder}/tokenizer.json`;
    const model = tokenizerJson['model'];
    if (!isRecord(model)) throw new CheckpointError(`${file}: model is missing`);
    if (!Array.isArray(model['merges'])) throw new CheckpointError(`${file}: model.merges is not a list`);
    return buildEncoder(model['vocab'], model['merges'], `${file}: model.vocab`, `${file}: model.merges`);
  }
  if (vocabJson === null || mergesTxt === null) throw new CheckpointError(`${folder}: the tokenizer has no vocabulary`);
  const lines = mergesTxt.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#version'));
  return buildEncoder(vocabJson, lines, `${folder}/vocab.json`, `${folder}/merges.txt`);
}

function buildEncoder(
  vocabulary: unknown,
  merges: readonly unknown[],
  vocabularyPlace: string,
  mergesPlace: string,
): BytePairEncoder {
  if (!isRecord(vocabulary)) throw new CheckpointError(`${vocabularyPlace} is not an object of token ids`);
  const tokens = new Map<string, number>();
  for (const [text, id] of Object.entries(vocabulary)) {
    if (!isTokenId(id)) throw new CheckpointError(`${vocabularyPlace}: ${JSON.stringify(text)} has no token id`);
    tokens.set(text, id);
  }
  const pairs = merges.map((merge, index) => {
    const pair = parseMerge(merge);
    if (pair === null) throw new CheckpointError(`${mergesPlace}: merge ${index + 1} is not a pair of tokens`);
    return pair;
  });
  try {
    return new BytePairEncoder(tokens, pairs);
  } catch (error) {
    if (error instanceof RangeError) throw new CheckpointError(`${mergesPlace}: ${error.message}`);
    throw error;
  }
}

/** A merge is a list of two texts, or both in one with a space between. */
function parseMerge(merge: unknown): Merge | null {
  const parts: readonly unknown[] = typeof merge === 'string' ? merge.split(' ') : Array.isArray(merge) ? merge : [];
  const [left, right] = parts;
  return parts.length === 2 && typeof left === 'string' && typeof right === 'string' ? [left, right] : null;
}

/** Of the places that may list an added token, tokenizer_config.json counts most, then tokenizer.json, then added_tokens.json. */
function readAddedTokens({ folder, tokenizerJson, tokenizerConfig, addedTokens }: TokenizerFiles): AddedToken[] {
  const tokens = new Map<number, AddedToken>();
  const add = (id: unknown, token: unknown): void => {
    if (!isTokenId(id) || !isRecord(token) || typeof token['content'] !== 'string' || token['content'] === '') return;
    const { content } = token as { content: string };
    const unsupported = UNSUPPORTED_SETTINGS.find((setting) => token[setting] === true);
    if (unsupported !== undefined) {
      throw new CheckpointError(`${folder}: the added token ${content} has ${unsupported}, which is not supported`);
    }
    const special = token['special'] === true || /^<\|.*\|>$/.test(content);
    tokens.set(id, { id, content, special, normalized: token['normalized'] === true });
  };
  for (const [content, id] of Object.entries(addedTokens)) add(id, { content });
  const listed = isRecord(tokenizerJson) ? tokenizerJson['added_tokens'] : undefined;
  for (const token of asList(listed)) add(isRecord(token) ? token['id'] : undefined, token);
  const configured = tokenizerConfig['added_tokens_decoder'];
  for (const [id, token] of Object.entries(isRecord(configured) ? configured : {})) add(Number(id), token);
  return [...tokens.values()];
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isTokenId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
