import type { TokenizerFiles } from '../../checkpoint/tokenizer-files.js';
import type { AddedToken } from './added-tokens.js';
import { type BytePairEncoder } from './byte-pair-encoder.js';
import { readTokenizerModel } from './tokenizer-model.js';

/**
 * Where Qwen2's tokenizer cuts a text before byte pairs are joined: contractions, words with what stands before them, single
 * digits, runs of signs, newlines, spaces. White space is Unicode's, of which `\s` in JavaScript is not quite the same set;
 * `ſ` is an `s` when case doesn't count.
 */
const PIECES =
  /'(?:[sSſ]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL][lL]|[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\p{White_Space}\p{L}\p{N}]+[\r\n]*|\p{White_Space}*[\r\n]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/**
 * Texts to token ids, as the checkpoint's processor does it: added tokens are cut out first, what lies between is
 * normalised (NFC), cut into pieces and encoded as byte pairs.
 *
 * Source: transformers' Qwen2Tokenizer.
 */
export class PromptTokenizer {
  /** Texts that become one special token each, wherever they stand. */
  readonly specialTokens: readonly string[];
  private readonly encoder: BytePairEncoder;
  private readonly added: AddedTokenSplitter;
  private readonly addedNormalized: AddedTokenSplitter;

  /** @throws CheckpointError when a tokenizer's file is malformed or lacks what is needed */
  constructor(files: TokenizerFiles) {
    const { encoder, addedTokens } = readTokenizerModel(files);
    this.encoder = encoder;
    this.specialTokens = addedTokens.filter(({ special }) => special).map(({ content }) => content);
    this.added = new AddedTokenSplitter(addedTokens.filter(({ normalized }) => !normalized));
    this.addedNormalized = new AddedTokenSplitter(addedTokens.filter(({ normalized }) => normalized));
  }

  /** Nothing is added at either end. */
  encode(text: string): number[] {
    return this.added.map(text, (raw) =>
      this.addedNormalized.map(raw.normalize('NFC'), (normalized) =>
        (normalized.match(PIECES) ?? []).flatMap((piece) => this.encoder.encode(piece)),
      ),
    );
  }
}

/** Cuts a text at its added tokens: the first that comes, and of those at one place the longest. */
class AddedTokenSplitter {
  private readonly ids: ReadonlyMap<string, number>;
  private readonly pattern: RegExp | null;

  constructor(tokens: readonly AddedToken[]) {
    this.ids = new Map(tokens.map(({ content, id }) => [content, id]));
    const longestFirst = tokens.map(({ content }) => content).sort((a, b) => b.length - a.length);
    const alternatives = longestFirst.map((content) => content.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    this.pattern = alternatives.length === 0 ? null : new RegExp(`(${alternatives.join('|')})`);
  }

  /** Ids of the added tokens, and of what lies between them by `encode`. */
  map(text: string, encode: (between: string) => number[]): number[] {
    const parts = this.pattern === null ? [text] : text.split(this.pattern);
    return parts.flatMap((part) => this.ids.get(part) ?? encode(part));
  }
}
