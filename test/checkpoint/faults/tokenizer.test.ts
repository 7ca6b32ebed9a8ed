import { describe } from '@jest/globals';
import { type Fault, testFaults } from '../../support/checkpoint-faults.js';

const TOKENIZER_FAULTS: readonly Fault[] = [
  [
    'no tokenizer',
    (checkpoint) => checkpoint.delete('tokenizer'),
    'the tokenizer is missing: neither processor nor tokenizer holds tokenizer.json, or vocab.json and merges.txt',
  ],
  [
    'a vocabulary without merges',
    (checkpoint) => checkpoint.delete('tokenizer/merges.txt'),
    'tokenizer/merges.txt is missing, though tokenizer/vocab.json is there',
  ],
  [
    'an id that is a text',
    (checkpoint) => checkpoint.writeJson('tokenizer/vocab.json', { a: 0, b: 'x' }),
    'tokenizer/vocab.json: "b" is "x", expected a token id',
  ],
  [
    'a broken tokenizer.json',
    (checkpoint) => checkpoint.write('processor/tokenizer.json', '{"version": "1.0",'),
    'processor/tokenizer.json is not valid JSON',
  ],
];

describe('faults of the tokenizer’s files', () => testFaults(TOKENIZER_FAULTS));
