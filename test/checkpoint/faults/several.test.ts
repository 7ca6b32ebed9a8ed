import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { truncate } from 'node:fs/promises';
import { openingError } from '../../support/checkpoint-faults.js';
import { SyntheticCheckpoint } from '../../support/synthetic-checkpoint.js';

describe('several faults at once', () => {
  let checkpoint: SyntheticCheckpoint;
  beforeEach(async () => {
    checkpoint = await SyntheticCheckpoint.create();
  });
  afterEach(() => checkpoint.remove());

  test('every file at fault is named, in the same order each time', async () => {
    await truncate(checkpoint.at('vae/diffusion_pytorch_model.safetensors'), 40);
    await checkpoint.delete('tokenizer/merges.txt');
    await checkpoint.writeJson('service.json', { default_step: 8 });
    await checkpoint.delete('text_encoder/config.json');
    await checkpoint.set('vae/config.json', { input_channels: 4 });
    await checkpoint.write('transformer/diffusion_pytorch_model.safetensors', '');
    for (let round = 0; round < 3; round += 1) {
      expect((await openingError(checkpoint.path)).split(' | ')).toEqual([
        'text_encoder/config.json is missing',
        'vae/config.json: input_channels is 4; only 3 is supported',
        expect.stringMatching(/^service\.json: default_step is not known; /),
        'tokenizer/merges.txt is missing, though tokenizer/vocab.json is there',
        "transformer/diffusion_pytorch_model.safetensors is truncated: 0 bytes can't hold a safetensors header",
        expect.stringMatching(/^vae\/diffusion_pytorch_model\.safetensors is truncated: its header has \d+ bytes, but/),
      ]);
    }
  });

  test('a long list ends with how many more there are', async () => {
    const shard = (index: number): string =>
      `diffusion_pytorch_model-${String(index).padStart(5, '0')}-of-00030.safetensors`;
    const names = Array.from({ length: 30 }, (_, index) => [`tensor${index}`, shard(index + 1)] as const);
    await checkpoint.writeJson('transformer/diffusion_pytorch_model.safetensors.index.json', {
      weight_map: Object.fromEntries(names),
    });
    const message = await openingError(checkpoint.path);
    expect(message.split(' | ')).toHaveLength(21);
    expect(message).toMatch(/ \| and 10 more$/);
  });
});
