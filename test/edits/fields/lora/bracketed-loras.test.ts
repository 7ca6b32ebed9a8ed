import { describe, expect, test } from '@jest/globals';
import { withLoraText } from '../../../../src/edits/fields/lora/bracketed-loras.js';

type Texts = readonly (readonly [name: string, value: unknown])[];

/** What the field holds then, as a value; texts that have no such field are given back. */
function folded(texts: Texts): unknown {
  const all = withLoraText(new Map(texts));
  const text = all.get('lora');
  return typeof text === 'string' && all.size === 1 ? (JSON.parse(text) as unknown) : [...all];
}

describe('the field lora in brackets', () => {
  test.each<[what: string, texts: Texts, value: unknown]>([
    [
      'an object',
      [
        ['lora[name]', 'style'],
        ['lora[scale]', '0.8'],
      ],
      { name: 'style', scale: 0.8 },
    ],
    ['an object without a scale', [['lora[name]', '7']], { name: '7' }],
    ['texts', [['lora[]', ['a', 'b:0.5']]], ['a', 'b:0.5']],
    ['a text', [['lora[]', 'a']], ['a']],
    [
      'texts with numbers',
      [
        ['lora[0]', 'a'],
        ['lora[1]', 'b'],
      ],
      ['a', 'b'],
    ],
    [
      'objects in columns, as OpenAI’s packages write an array of them',
      [
        ['lora[][name]', ['a', 'b']],
        ['lora[][scale]', ['1', '-0.5']],
      ],
      [
        { name: 'a', scale: 1 },
        { name: 'b', scale: -0.5 },
      ],
    ],
    ['one object in columns', [['lora[][name]', 'a']], [{ name: 'a' }]],
    [
      'objects with numbers',
      [
        ['lora[1][scale]', '2'],
        ['lora[0][name]', 'a'],
        ['lora[1][name]', 'b'],
      ],
      [{ scale: 2, name: 'b' }, { name: 'a' }],
    ],
    [
      'keys and values that an object doesn’t have, for the rules to refuse',
      [
        ['lora[name]', 'a'],
        ['lora[scale]', 'NaN'],
        ['lora[weight]', '1'],
      ],
      { name: 'a', scale: 'NaN', weight: 1 },
    ],
  ])('%s', (_what, texts, value) => {
    expect(folded(texts)).toEqual(value);
  });

  test('a key that stands twice still does', () => {
    expect(withLoraText(new Map([['lora[name]', ['a', 'b']]])).get('lora')).toBe('{"name":"a","name":"b"}');
  });

  test('columns that don’t make rows are refused', () => {
    const texts = new Map<string, unknown>([
      ['lora[][name]', ['a', 'b']],
      ['lora[][scale]', '1'],
    ]);
    expect(withLoraText(texts).get('lora')).toEqual(expect.any(Symbol));
  });

  test.each<[what: string, texts: Texts]>([
    ['other fields', [['prompt', 'lora[name]']]],
    ['the field itself', [['lora', 'a']]],
    [
      'both forms at once',
      [
        ['lora', 'a'],
        ['lora[scale]', '1'],
      ],
    ],
    ['what is no name of a form', [['lora[a][b]', '1']]],
    ['what is no text', [['lora[name]', Symbol('must be text')]]],
  ])('%s: nothing changes', (_what, texts) => {
    expect([...withLoraText(new Map(texts))]).toEqual(texts);
  });

  test('other fields keep their place', () => {
    expect([
      ...withLoraText(
        new Map([
          ['prompt', 'a'],
          ['lora[name]', 'b'],
          ['n', '1'],
        ]),
      ),
    ]).toEqual([
      ['prompt', 'a'],
      ['n', '1'],
      ['lora', '{"name":"b"}'],
    ]);
  });
});
