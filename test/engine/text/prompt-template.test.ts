import { describe, expect, test } from '@jest/globals';
import { EDIT } from '../../../src/engine/pipeline/variants/edit.js';
import { promptTokens } from '../../../src/engine/text/prompt-template.js';
import { PromptTokenizer } from '../../../src/engine/text/tokenizer.js';
import { list, map, number, object, pair, text } from '../../support/json-shape.js';
import { goldenJson } from '../../support/goldens.js';
import { textEncoderConfig } from '../../support/text-encoder-config.js';

const TEMPLATE = object({
  vocabulary: map(number),
  merges: text,
  config: object({ added_tokens_decoder: map(object({ content: text })) }),
  template: object({ prompt: text, grid: pair, drop: number, ids: list(number) }),
});

const { vocabulary, merges, config, template } = goldenJson('tokenization.json', TEMPLATE);
const tokenizer = new PromptTokenizer({
  folder: 'processor',
  tokenizerJson: null,
  vocabJson: vocabulary,
  mergesTxt: merges,
  tokenizerConfig: config,
  addedTokens: {},
});
const [gridHeight, gridWidth] = template.grid;
const [imageTokenId] = Object.entries(config.added_tokens_decoder).flatMap(([id, { content }]) =>
  content === '<|image_pad|>' ? [Number(id)] : [],
);

describe('QwenImageEditPipeline’s template', () => {
  const ids = promptTokens(
    tokenizer,
    EDIT.template,
    template.prompt,
    [{ gridHeight, gridWidth }],
    textEncoderConfig({}),
  );

  test('is diffusers’, with one image token for each merged patch', () => {
    expect([...ids]).toEqual(template.ids);
    expect(ids.filter((id) => id === imageTokenId)).toHaveLength(6);
  });

  test('drops as many positions as diffusers', () => {
    expect(EDIT.template.droppedPositions).toBe(template.drop);
  });
});

test('each picture has the image tokens of its own size, in the template’s order', () => {
  const several = { droppedPositions: 0, text: (prompt: string, images: readonly string[]) => images.join(prompt) };
  const grids = [
    { gridHeight: 2, gridWidth: 4 },
    { gridHeight: 6, gridWidth: 2 },
  ];
  const ids = promptTokens(tokenizer, several, '\n', grids, textEncoderConfig({}));
  const [newline] = tokenizer.encode('\n');
  expect([...ids]).toEqual([imageTokenId, imageTokenId, newline, imageTokenId, imageTokenId, imageTokenId]);
});
