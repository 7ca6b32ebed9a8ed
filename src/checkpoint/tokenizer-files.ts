import { allInOrder } from './all-in-order.js';
import { CheckpointError } from './checkpoint-error.js';
import { describeValue } from './describe-value.js';
import type { FolderFiles } from './folder-files.js';

/** The processor's tokenizer as it lies in its folder: either tokenizer.json, or vocab.json and merges.txt. */
export interface TokenizerFiles {
  /** The folder, for messages: `processor` or `tokenizer`. */
  readonly folder: string;
  /** Parsed tokenizer.json; null when there is none. */
  readonly tokenizerJson: unknown;
  /** Parsed vocab.json, token → id; null when tokenizer.json is there. */
  readonly vocabJson: Readonly<Record<string, number>> | null;
  /** merges.txt as it lies; null when tokenizer.json is there. */
  readonly mergesTxt: string | null;
  /** Parsed tokenizer_config.json; {} when there is none. */
  readonly tokenizerConfig: Readonly<Record<string, unknown>>;
  /** Parsed added_tokens.json: content → id; {} when there is none. */
  readonly addedTokens: Readonly<Record<string, number>>;
}

const FOLDERS = ['processor', 'tokenizer'];

/**
 * Reads the tokenizer that the pipeline uses, which is the processor's; the folder tokenizer/ counts when processor/
 * holds none.
 * @throws CheckpointError when there is none or a file is malformed
 */
export async function readTokenizerFiles(files: FolderFiles): Promise<TokenizerFiles> {
  for (const folder of FOLDERS) {
    const names = await files.list(folder);
    const hasJson = names.includes('tokenizer.json');
    const hasVocabulary = names.includes('vocab.json') && names.includes('merges.txt');
    if (hasJson || hasVocabulary) {
      return readFolder(files, folder, new Set(names));
    }
    const half = names.find((name) => name === 'vocab.json' || name === 'merges.txt');
    if (half !== undefined) {
      const other = half === 'vocab.json' ? 'merges.txt' : 'vocab.json';
      throw new CheckpointError(`${folder}/${other} is missing, though ${folder}/${half} is there`);
    }
  }
  throw new CheckpointError(
    `the tokenizer is missing: neither processor nor tokenizer holds tokenizer.json, or vocab.json and merges.txt`,
  );
}

async function readFolder(files: FolderFiles, folder: string, names: ReadonlySet<string>): Promise<TokenizerFiles> {
  const json = async (name: string): Promise<Record<string, unknown> | null> =>
    names.has(name) ? await files.jsonObject(`${folder}/${name}`) : null;
  const ids = async (name: string): Promise<Record<string, number> | null> => {
    const value = await json(name);
    return value === null ? null : requireIds(value, `${folder}/${name}`);
  };
  const hasJson = names.has('tokenizer.json');
  const [tokenizerJson, vocabJson, mergesTxt, tokenizerConfig, addedTokens] = await allInOrder([
    json('tokenizer.json'),
    hasJson ? null : ids('vocab.json'),
    hasJson ? null : files.text(`${folder}/merges.txt`),
    json('tokenizer_config.json'),
    ids('added_tokens.json'),
  ]);
  return {
    folder,
    tokenizerJson,
    vocabJson,
    mergesTxt,
    tokenizerConfig: tokenizerConfig ?? {},
    addedTokens: addedTokens ?? {},
  };
}

function requireIds(value: Record<string, unknown>, label: string): Record<string, number> {
  for (const token in value) {
    const id = value[token];
    if (!Number.isSafeInteger(id) || (id as number) < 0) {
      throw new CheckpointError(`${label}: ${describeValue(token)} is ${describeValue(id)}, expected a token id`);
    }
  }
  return value as Record<string, number>;
}
