import { cp, mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CheckpointError } from '../../../src/checkpoint/checkpoint-error.js';
import { FolderFiles } from '../../../src/checkpoint/folder-files.js';
import { readTokenizerFiles, type TokenizerFiles } from '../../../src/checkpoint/tokenizer-files.js';
import { QWEN2_PATTERN } from '../../../src/engine/text/qwen2-tokenizer-parts.js';
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

describe('a tokenizer as save_pretrained of transformers 5 leaves it', () => {
  const saved = fileURLToPath(new URL('../../fixtures/tokenizers/transformers-5', import.meta.url));
  const texts = list(object({ text, ids: list(number) }));
  const cases = texts(JSON.parse(readFileSync(join(saved, 'ids.json'), 'utf8')), 'ids.json');
  let checkpoint: string;
  let tokenizer: PromptTokenizer;
  beforeAll(async () => {
    checkpoint = await mkdtemp(join(tmpdir(), 'tokenizer-'));
    await cp(saved, join(checkpoint, 'processor'), { recursive: true });
    tokenizer = new PromptTokenizer(await readTokenizerFiles(new FolderFiles(checkpoint)));
  });
  afterAll(() => rm(checkpoint, { recursive: true }));

  test.each(cases)('encodes $text as transformers does', ({ text, ids }) => {
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

  test('one that the vocabulary has keeps its id there', () => {
    const tokenizerConfig = {
      added_tokens_decoder: { ...golden.config.added_tokens_decoder, 528: { content: '\u00c3' } },
    };
    const tokenizer = new PromptTokenizer({ ...separateFiles, tokenizerConfig });
    // Byte C3 is written as the same letter.
    expect(tokenizer.encode('\u00c3 \u00c5')).toEqual([127, 220, 127, 227]);
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

  test.each<[string, unknown, string]>([
    [
      'another normalizer',
      { normalizer: { type: 'NFKC' } },
      'normalizer.type is "NFKC", which would change texts before they are cut; only "NFC" is supported',
    ],
    [
      'no normalizer',
      { normalizer: null },
      'normalizer is null, which would change texts before they are cut; only {"type":"NFC"} is supported',
    ],
    [
      'another pre-tokenizer',
      { pre_tokenizer: { type: 'Whitespace' } },
      'pre_tokenizer.type is "Whitespace", which would cut texts at other places; only "Sequence" is supported',
    ],
    [
      'another pattern',
      { pre_tokenizer: cutAt('\\s+') },
      'pre_tokenizer.pretokenizers.0.pattern.Regex is "\\\\s+", which would cut texts at other places; only "(?i:\'s',
    ],
    [
      'a third pre-tokenizer',
      { pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Digits' }, {}, {}] } },
      'pre_tokenizer.pretokenizers is [{"type":"Digits"},{},{}], which would cut texts at other places',
    ],
    [
      'a space before each prompt',
      { pre_tokenizer: cutAt(QWEN2_PATTERN, { add_prefix_space: true }) },
      'pre_tokenizer.pretokenizers.1.add_prefix_space is true, which would cut texts at other places; only false is supported',
    ],
    [
      'another model',
      { model: { type: 'WordPiece' } },
      'model.type is "WordPiece", which would make other tokens; only "BPE" is supported',
    ],
    [
      'dropout',
      { model: { type: 'BPE', dropout: 0.1 } },
      'model.dropout is 0.1, which would leave out merges at random; only null is supported',
    ],
    [
      'byte_fallback',
      { model: { type: 'BPE', byte_fallback: true } },
      'model.byte_fallback is true, which would write unknown letters as other tokens; only null is supported',
    ],
    [
      'continuing_subword_prefix',
      { model: { type: 'BPE', continuing_subword_prefix: '##' } },
      'model.continuing_subword_prefix is "##", which would write the inner tokens of a word differently; only null is supported',
    ],
    [
      'a token behind every prompt',
      { post_processor: template({ Sequence: { id: 'A' } }, { SpecialToken: { id: '<|endoftext|>' } }) },
      'post_processor adds the token <|endoftext|> to every prompt; only one that adds none is supported',
    ],
    [
      'a token before every prompt, in a sequence of post-processors',
      {
        post_processor: {
          type: 'Sequence',
          processors: [{ type: 'ByteLevel' }, template({ SpecialToken: { id: '<s>' } }, { Sequence: { id: 'A' } })],
        },
      },
      'post_processor.processors.1 adds the token <s> to every prompt',
    ],
    [
      'a template that doubles the prompt',
      { post_processor: template({ Sequence: { id: 'A' } }, { Sequence: { id: 'A' } }) },
      'post_processor.single is [{"Sequence":{"id":"A"}},{"Sequence":{"id":"A"}}], which would make another prompt; only [{"Sequence":{"id":"A"}}] is supported',
    ],
    [
      'another post-processor',
      { post_processor: { type: 'BertProcessing' } },
      'post_processor.type is "BertProcessing", which would add tokens to every prompt',
    ],
  ])('tokenizer.json with %s', (_, tokenizerJson, message) => {
    const error = failure({ tokenizerJson });
    expect(error).toBeInstanceOf(CheckpointError);
    expect(String(error)).toContain(`processor/tokenizer.json: ${message}`);
  });
});

/** Qwen2's pre-tokenizer with another pattern or other settings of its second part. */
function cutAt(pattern: string, changes: Record<string, unknown> = {}): unknown {
  return {
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
      { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false, ...changes },
    ],
  };
}

function template(...single: unknown[]): unknown {
  return { type: 'TemplateProcessing', single, pair: [], special_tokens: {} };
}
