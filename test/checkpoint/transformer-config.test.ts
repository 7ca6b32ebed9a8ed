import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openEditCheckpoint } from '../../src/engine/open-edit-checkpoint.js';
import { SyntheticCheckpoint } from '../support/synthetic-checkpoint.js';

let checkpoint: SyntheticCheckpoint;
beforeEach(async () => {
  checkpoint = await SyntheticCheckpoint.create();
});
afterEach(() => checkpoint.remove());

describe('the transformer’s and the vae’s config', () => {
  test('hold the published numbers', async () => {
    const { transformer, vae } = await openEditCheckpoint(checkpoint.path);
    expect(transformer.config).toEqual({
      patchSize: 2,
      inChannels: 64,
      outChannels: 16,
      numLayers: 60,
      attentionHeadDim: 128,
      numAttentionHeads: 24,
      innerDim: 3072,
      jointAttentionDim: 3584,
      axesDimsRope: [16, 56, 56],
      zeroCondT: false,
      guidanceEmbeds: false,
    });
    expect(vae.config).toMatchObject({
      baseDim: 96,
      zDim: 16,
      dimMult: [1, 2, 4, 4],
      numResBlocks: 2,
      temperalDownsample: [false, true, true],
      spatialCompression: 8,
    });
  });

  test.each([
    ['true', { zero_cond_t: true, use_additional_t_cond: false, use_layer3d_rope: false }, true],
    ['false', { zero_cond_t: false }, false],
    [
      'null, as the other options may be',
      { zero_cond_t: null, use_additional_t_cond: null, use_layer3d_rope: null },
      false,
    ],
    ['absent', {}, false],
  ])('modulate the references as at timestep 0 where zero_cond_t is true: %s', async (_what, keys, expected) => {
    await checkpoint.set('transformer/config.json', keys);
    expect((await openEditCheckpoint(checkpoint.path)).transformer.config.zeroCondT).toBe(expected);
  });

  test('have the classes’ defaults for keys that are absent', async () => {
    const { transformer, vae } = await openEditCheckpoint(checkpoint.path);
    await checkpoint.writeJson('transformer/config.json', {});
    await checkpoint.writeJson('vae/config.json', { _class_name: 'AutoencoderKLQwenImage', some_later_key: 1 });
    const bare = await openEditCheckpoint(checkpoint.path);
    expect(bare.transformer.config).toEqual(transformer.config);
    expect(bare.vae.config).toEqual(vae.config);
  });
});
