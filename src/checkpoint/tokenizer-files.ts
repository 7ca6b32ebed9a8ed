/** The processor's tokenizer as it lies in its folder; either `tokenizerJson` or both `vocabJson` and `mergesTxt` are there. */
export interface TokenizerFiles {
  /** The folder, for messages: `processor` or `tokenizer`. */
  readonly folder: string;
  /** Parsed tokenizer.json. */
  readonly tokenizerJson: unknown;
  /** Parsed vocab.json: token → id. */
  readonly vocabJson: Readonly<Record<string, number>> | null;
  /** merges.txt as it lies. */
  readonly mergesTxt: string | null;
  /** Parsed tokenizer_config.json; {} when there is none. */
  readonly tokenizerConfig: Readonly<Record<string, unknown>>;
  /** Parsed added_tokens.json: content → id; {} when there is none. */
  readonly addedTokens: Readonly<Record<string, number>>;
  /** Parsed special_tokens_map.json; {} when there is none. */
  readonly specialTokensMap: Readonly<Record<string, unknown>>;
}
