import { Tokenizer } from '@huggingface/tokenizers';
import type { TokenizerFiles } from '../../checkpoint/tokenizer-files.js';
import { QWEN2_NORMALIZER, QWEN2_PATTERN, qwen2PreTokenizer } from './qwen2-tokenizer-parts.js';
import { readTokenizerModel } from './tokenizer-model.js';

/** The library folds only ASCII letters where case doesn't count; in the checkpoint's regular expressions `ſ` is an `s` too. */
const PATTERN = `'ſ|${QWEN2_PATTERN}`;

/**
 * Texts to token ids, as the checkpoint's processor does it: added tokens are cut out first, what lies between is
 * normalised (NFC), cut into pieces and encoded as byte pairs.
 *
 * Source: transformers' Qwen2Tokenizer.
 */
export class PromptTokenizer {
  /** Texts that become one special token each, wherever they stand. */
  readonly specialTokens: readonly string[];
  private readonly tokenizer: Tokenizer;

  /** @throws CheckpointError when a tokenizer's file is malformed, lacks what is needed or asks for other ids */
  constructor(files: TokenizerFiles) {
    const { vocabulary, merges, addedTokens } = readTokenizerModel(files);
    this.specialTokens = addedTokens.filter(({ special }) => special).map(({ content }) => content);
    const definition = {
      added_tokens: addedTokens,
      normalizer: QWEN2_NORMALIZER,
      pre_tokenizer: qwen2PreTokenizer(PATTERN),
      model: { type: 'BPE', vocab: vocabulary, merges },
      post_processor: null,
      decoder: null,
    };
    this.tokenizer = new Tokenizer(definition, {});
  }

  /** Nothing is added at either end. It takes up to 50 µs a character: the API limits a prompt's length. */
  encode(text: string): number[] {
    return this.tokenizer.encode(text).ids;
  }
}
