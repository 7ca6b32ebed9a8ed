import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openEditCheckpoint } from '../../src/engine/open-edit-checkpoint.js';
import { SyntheticCheckpoint } from '../support/synthetic-checkpoint.js';

const PUBLISHED = join(import.meta.dirname, '..', 'published');
const TEXT = 'text_encoder/config.json';
const SCHEDULER = 'scheduler/scheduler_config.json';
const PREPROCESSOR = 'processor/preprocessor_config.json';

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

describe('the scheduler’s config', () => {
  test('of the published checkpoint', async () => {
    expect((await openEditCheckpoint(checkpoint.path)).scheduler).toEqual({
      numTrainTimesteps: 1000,
      shift: 1,
      useDynamicShifting: true,
      baseShift: 0.5,
      maxShift: 0.9,
      baseImageSeqLen: 256,
      maxImageSeqLen: 8192,
      shiftTerminal: 0.02,
      timeShiftType: 'exponential',
    });
  });

  test('of the Lightning checkpoints', async () => {
    await checkpoint.write(SCHEDULER, await readFile(join(PUBLISHED, 'scheduler_config.lightning.json')));
    expect((await openEditCheckpoint(checkpoint.path)).scheduler).toMatchObject({
      baseShift: 1.0986122886681098,
      maxShift: 1.0986122886681098,
      shiftTerminal: null,
    });
  });

  test('has the class’s defaults for keys that are absent, and ignores keys that the class ignores', async () => {
    await checkpoint.writeJson(SCHEDULER, { timestep_spacing: 'trailing' });
    expect((await openEditCheckpoint(checkpoint.path)).scheduler).toEqual({
      numTrainTimesteps: 1000,
      shift: 1,
      useDynamicShifting: false,
      baseShift: 0.5,
      maxShift: 1.15,
      baseImageSeqLen: 256,
      maxImageSeqLen: 4096,
      shiftTerminal: null,
      timeShiftType: 'exponential',
    });
  });

  test('stretches to no terminal of 0, as diffusers takes it for none', async () => {
    await checkpoint.set(SCHEDULER, { shift_terminal: 0 });
    expect((await openEditCheckpoint(checkpoint.path)).scheduler.shiftTerminal).toBeNull();
  });
});

describe('the image processor’s config', () => {
  const areas = async (): Promise<[number, number]> => {
    const { minPixels, maxPixels } = (await openEditCheckpoint(checkpoint.path)).preprocessor;
    return [minPixels, maxPixels];
  };

  test.each<[string, Record<string, unknown>, [number, number]]>([
    ['min_pixels and max_pixels', { min_pixels: 5, max_pixels: 6, size: undefined }, [5, 6]],
    ['a max_pixels below min_pixels', { min_pixels: 6, max_pixels: 5, size: undefined }, [6, 5]],
    ['size', { min_pixels: undefined, max_pixels: undefined, size: { shortest_edge: 7, longest_edge: 8 } }, [7, 8]],
    [
      'min_pixels and max_pixels before size',
      { min_pixels: 5, max_pixels: 6, size: { shortest_edge: 7, longest_edge: 8 } },
      [5, 6],
    ],
    [
      'max_pixels before size, but not when it is null',
      { min_pixels: 5, max_pixels: null, size: { shortest_edge: 7, longest_edge: 8 } },
      [5, 8],
    ],
    ['the class’s defaults', { min_pixels: undefined, max_pixels: undefined, size: undefined }, [3136, 1003520]],
  ])('takes the areas from %s', async (_what, changes, expected) => {
    await checkpoint.set(PREPROCESSOR, changes);
    expect(await areas()).toEqual(expected);
  });

  test('is read from processor_config.json where that holds one', async () => {
    const nested = { ...(await checkpoint.readJson(PREPROCESSOR)), min_pixels: 9, image_mean: 0.5 };
    await checkpoint.writeJson('processor/processor_config.json', { image_processor: nested });
    expect((await openEditCheckpoint(checkpoint.path)).preprocessor).toMatchObject({
      minPixels: 9,
      imageMean: [0.5, 0.5, 0.5],
      imageStd: [0.26862954, 0.26130258, 0.27577711],
    });
    await checkpoint.delete(PREPROCESSOR);
    expect((await areas())[0]).toBe(9);
  });

  test('is read from preprocessor_config.json beside a processor_config.json without one', async () => {
    await checkpoint.writeJson('processor/processor_config.json', { processor_class: 'Qwen2_5_VLProcessor' });
    expect(await areas()).toEqual([3136, 12845056]);
  });
});

describe('service.json', () => {
  test('may be absent: diffusers’ own numbers hold', async () => {
    expect((await openEditCheckpoint(checkpoint.path)).service).toEqual({
      conditionAreas: [1048576],
      conditionFollowsSize: false,
      nativeArea: 1048576,
      sizeRange: { minArea: 1, maxArea: Number.MAX_SAFE_INTEGER, maxSide: Number.MAX_SAFE_INTEGER },
      defaultSize: { width: 1024, height: 1024 },
      defaultSteps: 50,
      defaultTrueCfgScale: 4,
      maxTrueCfgScale: Infinity,
      computeType: null,
      suggestions: [],
      notice: null,
    });
  });

  test('overrides each of them, and the model’s id', async () => {
    await checkpoint.writeJson('service.json', {
      condition_area: 16384,
      condition_follows_size: true,
      native_area: 65536,
      min_area: 57344,
      max_area: 73728,
      max_side: 352,
      default_size: 'auto',
      default_steps: 8,
      default_true_cfg_scale: 1.5,
      max_true_cfg_scale: 2,
      compute_type: 'float32',
      model_id: 'someone/mini',
      suggestions: ['Make it sepia', { kind: { en: 'Light' }, prompts: ['Make it dark'] }],
      notice: { en: 'A small model.', zh: '小模型。' },
    });
    const { service, modelId } = await openEditCheckpoint(checkpoint.path);
    expect(modelId).toBe('someone/mini');
    expect(service).toEqual({
      conditionAreas: [16384],
      conditionFollowsSize: true,
      nativeArea: 65536,
      sizeRange: { minArea: 57344, maxArea: 73728, maxSide: 352 },
      defaultSize: 'auto',
      defaultSteps: 8,
      defaultTrueCfgScale: 1.5,
      maxTrueCfgScale: 2,
      computeType: 'float32',
      suggestions: [
        { kind: null, prompts: ['Make it sepia'] },
        { kind: { en: 'Light', zh: 'Light' }, prompts: ['Make it dark'] },
      ],
      notice: { en: 'A small model.', zh: '小模型。' },
    });
  });

  test('a notice without Chinese is English in Chinese, too', async () => {
    await checkpoint.writeJson('service.json', { notice: { en: ' A small model. ' } });
    const { notice } = (await openEditCheckpoint(checkpoint.path)).service;
    expect(notice).toEqual({ en: 'A small model.', zh: 'A small model.' });
  });
});

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
