/**
 * Where Qwen2's tokenizer cuts a text before byte pairs are joined: contractions, words with what stands before them, single
 * digits, runs of signs, newlines, spaces. Written for Oniguruma, as it stands in tokenizer.json.
 *
 * Source: transformers' `PRETOKENIZE_REGEX` of Qwen2Tokenizer.
 */
export const QWEN2_PATTERN =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** The normalizer of Qwen2's tokenizers, as tokenizer.json has it. */
export const QWEN2_NORMALIZER = { type: 'NFC' };

/**
 * Their pre-tokenizer, as tokenizer.json has it: cuts a text at the pattern's places, then writes bytes as letters.
 * @param pattern QWEN2_PATTERN, or what a library needs to cut as that says
 */
export function qwen2PreTokenizer(pattern: string): object {
  return {
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
      { type: 'ByteLevel', add_prefix_space: false, use_regex: false },
    ],
  };
}
