import { CheckpointError } from '../../checkpoint/checkpoint-error.js';
import type { TokenizerFiles } from '../../checkpoint/tokenizer-files.js';
import { isRecord, isTokenId, readAddedTokens, type AddedToken } from './added-tokens.js';
import { BytePairEncoder, type Merge } from './byte-pair-encoder.js';

/** Special tokens that the pipeline's template is made of. */
const TEMPLATE_TOKENS = ['<|im_start|>', '<|im_end|>', '<|vision_start|>', '<|image_pad|>', '<|vision_end|>'];

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
  refuseUnsupported(files);
  const vocabulary = readVocabulary(files);
  const addedTokens = readAddedTokens(files, vocabulary.tokens);
  const contents = new Set(addedTokens.map(({ content }) => content));
  const missing = TEMPLATE_TOKENS.find((token) => !contents.has(token));
  if (missing !== undefined) throw new CheckpointError(`${folder}: the tokenizer has no added token ${missing}`);
  return { encoder: buildEncoder(vocabulary), addedTokens };
}

/** Byte-level text → token, and where it was read, for messages. */
interface Vocabulary {
  readonly tokens: ReadonlyMap<string, number>;
  readonly merges: readonly unknown[];
  readonly mergesPlace: string;
}

function readVocabulary({ folder, tokenizerJson, vocabJson, mergesTxt }: TokenizerFiles): Vocabulary {
  if (isRecord(tokenizerJson)) {
    const file = `${folder}/tokenizer.json`;
    const model = tokenizerJson['model'];
    if (!isRecord(model)) throw new CheckpointError(`${file}: model is missing`);
    const { merges } = model as { merges?: unknown };
    if (!Array.isArray(merges)) throw new CheckpointError(`${file}: model.merges is not a list`);
    const tokens = parseTokens(model['vocab'], `${file}: model.vocab`);
    return { tokens, merges, mergesPlace: `${file}: model.merges` };
  }
  if (vocabJson === null || mergesTxt === null) throw new CheckpointError(`${folder}: the tokenizer has no vocabulary`);
  const merges = mergesTxt.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#version'));
  return {
    tokens: parseTokens(vocabJson, `${folder}/vocab.json`),
    merges,
    mergesPlace: `${folder}/merges.txt`,
  };
}

function parseTokens(vocabulary: unknown, place: string): Map<string, number> {
  if (!isRecord(vocabulary)) throw new CheckpointError(`${place} is not an object of token ids`);
  const tokens = new Map<string, number>();
  for (const [text, id] of Object.entries(vocabulary)) {
    if (!isTokenId(id)) throw new CheckpointError(`${place}: ${JSON.stringify(text)} has no token id`);
    tokens.set(text, id);
  }
  return tokens;
}

function buildEncoder({ tokens, merges, mergesPlace }: Vocabulary): BytePairEncoder {
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

/** Settings that would change the ids and that the family's tokenizers leave alone. */
function refuseUnsupported({ folder, tokenizerJson, tokenizerConfig }: TokenizerFiles): void {
  const setting = ['add_prefix_space', 'split_special_tokens'].find((key) => tokenizerConfig[key] === true);
  if (setting !== undefined) {
    throw new CheckpointError(`${folder}/tokenizer_config.json: ${setting} is true; only false is supported`);
  }
  const processor = isRecord(tokenizerJson) ? tokenizerJson['post_processor'] : undefined;
  if (isRecord(processor) && processor['type'] !== 'ByteLevel') {
    throw new CheckpointError(
      `${folder}/tokenizer.json: post_processor.type is ${JSON.stringify(processor['type'])}; only "ByteLevel" is supported`,
    );
  }
}
