/**
 * Where Qwen2's tokenizer cuts a text before byte pairs are joined: contractions, words with what stands before them, single
 * digits, runs of signs, newlines, spaces. Written for Oniguruma, as it stands in tokenizer.json.
 *
 * Source: transformers' `PRETOKENIZE_REGEX` of Qwen2Tokenizer.
 */
export const QWEN2_PATTERN =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
