import { CheckpointError } from '../../checkpoint/checkpoint-error.js';
import type { TokenizerFiles } from '../../checkpoint/tokenizer-files.js';

/** A text that is one token wherever it stands. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Steers the model, so that a prompt must not hold it. */
  readonly special: boolean;
  /** Looked for in the normalised text. */
  readonly normalized: boolean;
}

/** Byte-level text → token. A plain object, as the file has it: a Map of the published one would cost a fifth of a second. */
export type Vocabulary = Readonly<Record<string, number>>;

/** Settings of added tokens that the family's tokenizers leave at false. */
const UNSUPPORTED_SETTINGS = ['lstrip', 'rstrip', 'single_word'];

/** Special tokens that tokenizer_config.json may name, in the order in which missing ones get ids, with the class's defaults. */
const NAMED_TOKENS: readonly (readonly [key: string, fallback: string | undefined])[] = [
  ['bos_token', undefined],
  ['eos_token', '<|endoftext|>'],
  ['unk_token', '<|endoftext|>'],
  ['sep_token', undefined],
  ['pad_token', '<|endoftext|>'],
  ['cls_token', undefined],
  ['mask_token', undefined],
];

/**
 * Every added token. tokenizer_config.json's added_tokens_decoder lists them all where it is there; otherwise
 * tokenizer.json does, and added_tokens.json what that lacks. A token that is in the vocabulary has its id there, whatever
 * the list says; special tokens that tokenizer_config.json names without listing them have the next free one else.
 *
 * Source: transformers' `PreTrainedTokenizerBase._from_pretrained` and `TokenizersBackend.__init__`.
 */
export function readAddedTokens(files: TokenizerFiles, vocabulary: Vocabulary): AddedToken[] {
  const named = namedTokens(files.tokenizerConfig);
  const tokens = new Map<number, AddedToken>();
  for (const [listedId, token] of listedTokens(files)) {
    if (!isTokenId(listedId) || !isRecord(token)) continue;
    const { content } = token;
    if (typeof content !== 'string' || content === '') continue;
    const id = tokenOf(vocabulary, content) ?? listedId;
    const unsupported = UNSUPPORTED_SETTINGS.find((setting) => token[setting] === true);
    if (unsupported !== undefined) {
      throw new CheckpointError(
        `${files.folder}: the added token ${content} has ${unsupported}, which is not supported`,
      );
    }
    const special = token['special'] === true || named.has(content);
    const normalized = typeof token['normalized'] === 'boolean' ? token['normalized'] : !special;
    tokens.set(id, { id, content, special: special || /^<\|.*\|>$/.test(content), normalized });
  }
  const contents = new Set([...tokens.values()].map(({ content }) => content));
  for (const content of named) {
    if (contents.has(content)) continue;
    const id = tokenOf(vocabulary, content) ?? nextFreeId(vocabulary, tokens);
    tokens.set(id, { id, content, special: true, normalized: false });
  }
  return [...tokens.values()];
}

function tokenOf(vocabulary: Vocabulary, text: string): number | undefined {
  return Object.hasOwn(vocabulary, text) ? vocabulary[text] : undefined;
}

function nextFreeId(vocabulary: Vocabulary, tokens: ReadonlyMap<number, AddedToken>): number {
  return Math.max(Object.keys(vocabulary).length, ...[...tokens.keys()].map((id) => id + 1));
}

/** Ids and tokens as the files list them; a later entry of the same id counts. */
function listedTokens({ tokenizerJson, tokenizerConfig, addedTokens }: TokenizerFiles): [unknown, unknown][] {
  const configured = tokenizerConfig['added_tokens_decoder'];
  if (isRecord(configured)) return Object.entries(configured).map(([id, token]) => [Number(id), token]);
  const listed = isRecord(tokenizerJson) ? asList(tokenizerJson['added_tokens']) : [];
  return [
    ...Object.entries(addedTokens).map(([content, id]): [unknown, unknown] => [id, { content }]),
    ...listed.map((token): [unknown, unknown] => [isRecord(token) ? token['id'] : undefined, token]),
  ];
}

/** Contents of the special tokens that tokenizer_config.json names, each under a key of its own or in a list. */
function namedTokens(config: Readonly<Record<string, unknown>>): Set<string> {
  const others = Object.keys(config).filter((key) => key.endsWith('_token') && typeof config[key] === 'string');
  // A list, or an object with a token under each name.
  const extra = Object.values(config['extra_special_tokens'] ?? {});
  const values: readonly unknown[] = [
    ...NAMED_TOKENS.map(([key, fallback]) => (config[key] === undefined ? fallback : config[key])),
    ...others.map((key) => config[key]),
    ...(extra.length > 0 ? extra : asList(config['additional_special_tokens'])),
  ];
  const contents = values.map((token) => (isRecord(token) ? token['content'] : token));
  return new Set(contents.filter((content): content is string => typeof content === 'string' && content !== ''));
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function isTokenId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
