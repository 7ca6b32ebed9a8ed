import { CheckpointError } from '../../checkpoint/checkpoint-error.js';
import type { TokenizerFiles } from '../../checkpoint/tokenizer-files.js';
import { isRecord, isTokenId, readAddedTokens, type AddedToken, type Vocabulary } from './added-tokens.js';
import { refuseOtherTokenizer } from './refuse-other-tokenizer.js';

/** Special tokens that the pipeline's template is made of. */
const TEMPLATE_TOKENS = ['<|im_start|>', '<|im_end|>', '<|vision_start|>', '<|image_pad|>', '<|vision_end|>'];

/** Two tokens that are joined, as byte-level text. */
export type Merge = readonly [string, string];

/** What a checkpoint's tokenizer files say of how texts become ids. */
export interface TokenizerModel {
  readonly vocabulary: Vocabulary;
  /** In order of rank; both tokens and what they make are in the vocabulary. */
  readonly merges: readonly Merge[];
  readonly addedTokens: readonly AddedToken[];
}

/**
 * Reads vocabulary, merges and added tokens.
 *
 * @throws CheckpointError when a file is malformed, a token of the template is missing, or a setting would change the ids
 */
export function readTokenizerModel(files: TokenizerFiles): TokenizerModel {
  const { folder } = files;
  refuseOtherTokenizer(files);
  const { vocabulary, merges, mergesPlace } = readVocabulary(files);
  const addedTokens = readAddedTokens(files, vocabulary);
  const contents = new Set(addedTokens.map(({ content }) => content));
  const missing = TEMPLATE_TOKENS.find((token) => !contents.has(token));
  if (missing !== undefined) throw new CheckpointError(`${folder}: the tokenizer has no added token ${missing}`);
  return { vocabulary, merges: readMerges(merges, vocabulary, mergesPlace), addedTokens };
}

/** As they lie in the files. */
interface VocabularyAndMerges {
  readonly vocabulary: Vocabulary;
  readonly merges: readonly unknown[];
  /** Where the merges were read, for messages. */
  readonly mergesPlace: string;
}

function readVocabulary({ folder, tokenizerJson, vocabJson, mergesTxt }: TokenizerFiles): VocabularyAndMerges {
  if (isRecord(tokenizerJson)) {
    const file = `${folder}/tokenizer.json`;
    const model = tokenizerJson['model'];
    if (!isRecord(model)) throw new CheckpointError(`${file}: model is missing`);
    const { merges } = model as { merges?: unknown };
    if (!Array.isArray(merges)) throw new CheckpointError(`${file}: model.merges is not a list`);
    return {
      vocabulary: requireTokens(model['vocab'], `${file}: model.vocab`),
      merges,
      mergesPlace: `${file}: model.merges`,
    };
  }
  if (vocabJson === null || mergesTxt === null) throw new CheckpointError(`${folder}: the tokenizer has no vocabulary`);
  const merges = mergesTxt.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#version'));
  return { vocabulary: requireTokens(vocabJson, `${folder}/vocab.json`), merges, mergesPlace: `${folder}/merges.txt` };
}

function requireTokens(vocabulary: unknown, place: string): Vocabulary {
  if (!isRecord(vocabulary)) throw new CheckpointError(`${place} is not an object of token ids`);
  if (isVocabulary(vocabulary)) return vocabulary;
  const [text] = Object.entries(vocabulary).find(([, id]) => !isTokenId(id)) ?? [];
  throw new CheckpointError(`${place}: ${JSON.stringify(text)} has no token id`);
}

function isVocabulary(value: Readonly<Record<string, unknown>>): value is Vocabulary {
  return Object.values(value).every(isTokenId);
}

function readMerges(merges: readonly unknown[], vocabulary: Vocabulary, place: string): Merge[] {
  const pairs = merges.map((merge, index) => {
    const pair = parseMerge(merge);
    if (pair === null) throw new CheckpointError(`${place}: merge ${index + 1} is not a pair of tokens`);
    return pair;
  });
  for (const [left, right] of pairs) {
    const unknown = [left, right, left + right].find((text) => !Object.hasOwn(vocabulary, text));
    if (unknown !== undefined) {
      throw new CheckpointError(`${place}: a merge names ${JSON.stringify(unknown)}, which is not in the vocabulary`);
    }
  }
  return pairs;
}

/** A merge is a list of two texts, or both in one with a space between. */
function parseMerge(merge: unknown): Merge | null {
  const parts: readonly unknown[] = typeof merge === 'string' ? merge.split(' ') : Array.isArray(merge) ? merge : [];
  const [left, right] = parts;
  return parts.length === 2 && typeof left === 'string' && typeof right === 'string' ? [left, right] : null;
}
