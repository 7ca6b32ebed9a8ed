import { describe, expect, test } from '@jest/globals';
import { CheckpointError } from '../../../src/checkpoint/checkpoint-error.js';
import type { TokenizerFiles } from '../../../src/checkpoint/tokenizer-files.js';
import { PromptTokenizer } from '../../../src/engine/text/tokenizer.js';
import { flag, list, map, number, object, text } from '../../support/json-shape.js';
import { goldenJson, sha256 } from '../../support/goldens.js';

const TOKENIZATION = object({
  vocabulary: map(number),
  merges: text,
  config: object({ added_tokens_decoder: map(object({ content: text, special: flag })) }),
  texts: list(object({ text, ids: list(number) })),
  long: list(object({ unit: text, length: number, tokens: number, sha256: text })),
});

const golden = goldenJson('tokenization.json', TOKENIZATION);

const separateFiles: TokenizerFiles = {
  folder: 'processor',
  tokenizerJson: null,
  vocabJson: golden.vocabulary,
  mergesTxt: golden.merges,
  tokenizerConfig: golden.config,
  addedTokens: {},
};

const addedTokens = Object.entries(golden.config.added_tokens_decoder).map(([id, token]) => ({
  ...token,
  id: Number(id),
}));
const mergeLines = golden.merges.split('\n').slice(1, -1);

/** The same tokenizer in each form in which checkpoints carry it. */
const FORMS: Record<string, TokenizerFiles> = {
  'vocab.json and merges.txt': separateFiles,
  'vocab.json, merges.txt with Windows line ends, added_tokens.json': {
    ...separateFiles,
    mergesTxt: golden.merges.replaceAll('\n', '\r\n'),
    tokenizerConfig: {},
    addedTokens: Object.fromEntries(addedTokens.map(({ content, id }) => [content, id])),
  },
  'tokenizer.json with merges as pairs': {
    ...separateFiles,
    tokenizerJson: {
      added_tokens: addedTokens,
      model: { type: 'BPE', vocab: golden.vocabulary, merges: mergeLines.map((line) => line.split(' ')) },
    },
    vocabJson: null,
    mergesTxt: null,
    tokenizerConfig: {},
  },
  'tokenizer.json with merges as lines': {
    ...separateFiles,
    tokenizerJson: { model: { type: 'BPE', vocab: golden.vocabulary, merges: mergeLines } },
    vocabJson: null,
    mergesTxt: null,
  },
};

describe.each(Object.entries(FORMS))('a tokenizer from %s', (_, files) => {
  const tokenizer = new PromptTokenizer(files);

  test.each(golden.texts)('encodes $text as transformers does', ({ text, ids }) => {
    expect(tokenizer.encode(text)).toEqual(ids);
  });

  test('knows its special tokens', () => {
    expect(tokenizer.specialTokens).toContain('<|image_pad|>');
    expect(tokenizer.specialTokens).not.toContain('<tool_call>');
  });
});

describe('added tokens', () => {
  const text = 'a <|fancy|>the sky </end>\u0338!';
  const asLetters = [64, 220, 27, 91, 69, 369, 371, 91, 29, 259, 497, 220, 27, 14, 376, 158, 231, 107, 0];
  const listed = Object.fromEntries(addedTokens.map(({ content, id }) => [content, id]));
  const encode = (changes: Partial<TokenizerFiles>): number[] =>
    new PromptTokenizer({ ...separateFiles, ...changes }).encode(text);

  test('a special token that is only named has the next free id', () => {
    const asOneToken = [64, 220, 528, 259, 497, 220, 27, 14, 376, 158, 231, 107, 0];
    for (const key of ['extra_special_tokens', 'additional_special_tokens']) {
      expect(encode({ tokenizerConfig: { ...golden.config, [key]: ['<|fancy|>'] } })).toEqual(asOneToken);
    }
    const tokenizerConfig = { ...golden.config, extra_special_tokens: { fancy_token: '<|fancy|>' } };
    expect(encode({ tokenizerConfig })).toEqual(asOneToken);
  });

  test('tokenizer_config.json lists all that there are, where it lists any', () => {
    expect(encode({ addedTokens: { ...listed, '<|fancy|>': 528 } })).toEqual(asLetters);
  });

  test('one that is not special is looked for in the normalised text', () => {
    expect(encode({ tokenizerConfig: {}, addedTokens: { ...listed, '</end>': 528 } })).toEqual(asLetters);
  });
});

describe('long texts', () => {
  const tokenizer = new PromptTokenizer(separateFiles);

  test.each(golden.long)('$length characters of $unit …', ({ unit, length, tokens, sha256: expected }) => {
    const codePoints = Array.from(unit);
    // Python counts code points and cut the unit after ten of them.
    const text = Array.from({ length }, (_, index) => codePoints[index % codePoints.length]).join('');
    const ids = tokenizer.encode(text);
    expect(ids).toHaveLength(tokens);
    expect(sha256(JSON.stringify(ids))).toBe(expected);
  });
});

describe('faults', () => {
  const failure = (changes: Partial<TokenizerFiles>): unknown => {
    try {
      return new PromptTokenizer({ ...separateFiles, ...changes });
    } catch (error) {
      return error;
    }
  };

  test.each<[string, Partial<TokenizerFiles>, string]>([
    ['no added tokens', { tokenizerConfig: {} }, 'processor: the tokenizer has no added token <|im_start|>'],
    [
      'an option that changes the ids',
      { tokenizerConfig: { ...golden.config, add_prefix_space: true } },
      'processor/tokenizer_config.json: add_prefix_space is true; only false is supported',
    ],
    [
      'a post-processor that adds tokens',
      { tokenizerJson: { post_processor: { type: 'TemplateProcessing' } } },
      'processor/tokenizer.json: post_processor.type is "TemplateProcessing"; only "ByteLevel" is supported',
    ],
    ['a merge of three', { mergesTxt: 'a b\na b c' }, 'processor/merges.txt: merge 2 is not a pair of tokens'],
    [
      'a merge of unknown tokens',
      { mergesTxt: 'zzz qqq' },
      'processor/merges.txt: a merge names "zzz", which is not in the vocabulary',
    ],
    ['tokenizer.json without a model', { tokenizerJson: {} }, 'processor/tokenizer.json: model is missing'],
    [
      'tokenizer.json with a vocabulary of texts',
      { tokenizerJson: { model: { vocab: { a: 'x' }, merges: [] } } },
      'processor/tokenizer.json: model.vocab: "a" has no token id',
    ],
    [
      'an added token that eats the space before it',
      { tokenizerConfig: { added_tokens_decoder: { 9: { content: '<x>', lstrip: true } } } },
      'processor: the added token <x> has lstrip, which is not supported',
    ],
  ])('%s', (_, changes, message) => {
    const error = failure(changes);
    expect(error).toBeInstanceOf(CheckpointError);
    expect(String(error)).toContain(message);
  });
});
