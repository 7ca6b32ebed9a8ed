import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openEditCheckpoint } from '../../src/engine/open-edit-checkpoint.js';
import { SyntheticCheckpoint } from '../support/synthetic-checkpoint.js';

const PUBLISHED = join(import.meta.dirname, '..', 'published');
const TEXT = 'text_encoder/config.json';

let checkpoint: SyntheticCheckpoint;
beforeEach(async () => {
  checkpoint = await SyntheticCheckpoint.create();
});
afterEach(() => checkpoint.remove());

describe('the text encoder’s config', () => {
  const published = {
    hiddenSize: 3584,
    intermediateSize: 18944,
    numLayers: 28,
    numHeads: 28,
    numKvHeads: 4,
    headDim: 128,
    vocabSize: 152064,
    rmsNormEps: 1e-6,
    ropeTheta: 1e6,
    mropeSection: [16, 24, 24],
    imageTokenId: 151655,
    visionStartTokenId: 151652,
    visionEndTokenId: 151653,
    hiddenAct: 'silu',
    vision: {
      depth: 32,
      hiddenSize: 1280,
      intermediateSize: 3420,
      numHeads: 16,
      headDim: 80,
      inChannels: 3,
      outHiddenSize: 3584,
      patchSize: 14,
      spatialMergeSize: 2,
      temporalPatchSize: 2,
      windowSize: 112,
      fullAttentionBlocks: [7, 15, 23, 31],
      hiddenAct: 'silu',
      ropeTheta: 10000,
    },
  };

  test('is the same in the styles of transformers 4 and 5', async () => {
    expect((await openEditCheckpoint(checkpoint.path)).textEncoder.config).toEqual(published);
    await checkpoint.write(TEXT, await readFile(join(PUBLISHED, 'text_encoder.config.transformers5.json')));
    expect((await openEditCheckpoint(checkpoint.path)).textEncoder.config).toEqual(published);
  });

  test('goes by text_config where there are both', async () => {
    const flat = await checkpoint.readJson(TEXT);
    await checkpoint.set(TEXT, { num_hidden_layers: 3, rope_theta: 9, text_config: { ...flat, vision_config: null } });
    expect((await openEditCheckpoint(checkpoint.path)).textEncoder.config).toEqual(published);
  });

  test.each([
    [
      'rope_scaling with rope_theta beside it',
      { rope_theta: 5, rope_scaling: { type: 'mrope', mrope_section: [8, 8, 48] } },
    ],
    [
      'rope_parameters',
      {
        rope_theta: undefined,
        rope_scaling: undefined,
        rope_parameters: { rope_theta: 5, rope_type: 'default', mrope_section: [8, 8, 48] },
      },
    ],
    [
      'rope_parameters with rope_theta beside it',
      { rope_theta: 5, rope_scaling: null, rope_parameters: { rope_type: 'default', mrope_section: [8, 8, 48] } },
    ],
  ])('takes the rotary embedding from %s', async (_what, changes) => {
    await checkpoint.set(TEXT, changes);
    expect((await openEditCheckpoint(checkpoint.path)).textEncoder.config).toEqual({
      ...published,
      ropeTheta: 5,
      mropeSection: [8, 8, 48],
    });
  });

  test.each([
    ['beside the other keys', { rope_theta: 7 }],
    ['in rope_parameters', { rope_theta: 5, rope_parameters: { rope_type: 'axial', rope_theta: 7 } }],
  ])('takes the vision tower’s rope_theta %s', async (_where, changes) => {
    const { vision_config: vision } = (await checkpoint.readJson(TEXT)) as { vision_config: object };
    await checkpoint.set(TEXT, { vision_config: { ...vision, ...changes } });
    expect((await openEditCheckpoint(checkpoint.path)).textEncoder.config.vision.ropeTheta).toBe(7);
  });

  test('has as many key heads as heads where their number is null', async () => {
    await checkpoint.set(TEXT, { num_key_value_heads: null });
    expect((await openEditCheckpoint(checkpoint.path)).textEncoder.config.numKvHeads).toBe(28);
  });
});
