import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openEditCheckpoint } from '../../src/engine/open-edit-checkpoint.js';
import { SyntheticCheckpoint } from '../support/synthetic-checkpoint.js';

let checkpoint: SyntheticCheckpoint;
beforeEach(async () => {
  checkpoint = await SyntheticCheckpoint.create();
});
afterEach(() => checkpoint.remove());

describe('the tokenizer', () => {
  test('is tokenizer/’s when processor/ has none: vocab.json and merges.txt are enough', async () => {
    expect((await openEditCheckpoint(checkpoint.path)).tokenizer).toEqual({
      folder: 'tokenizer',
      tokenizerJson: null,
      vocabJson: { a: 0, b: 1 },
      mergesTxt: '#version: 0.2\n',
      tokenizerConfig: {},
      addedTokens: {},
    });
  });

  test('is processor/’s when it has one, and tokenizer.json before vocab.json', async () => {
    await checkpoint.writeJson('processor/tokenizer.json', { version: '1.0' });
    await checkpoint.writeJson('processor/vocab.json', { c: 0 });
    await checkpoint.writeJson('processor/tokenizer_config.json', { pad_token: 'x' });
    await checkpoint.writeJson('processor/added_tokens.json', { '<x>': 2 });
    expect((await openEditCheckpoint(checkpoint.path)).tokenizer).toEqual({
      folder: 'processor',
      tokenizerJson: { version: '1.0' },
      vocabJson: null,
      mergesTxt: null,
      tokenizerConfig: { pad_token: 'x' },
      addedTokens: { '<x>': 2 },
    });
  });
});
