import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openEditCheckpoint } from '../../src/engine/open-edit-checkpoint.js';
import { SyntheticCheckpoint } from '../support/synthetic-checkpoint.js';

let checkpoint: SyntheticCheckpoint;
beforeEach(async () => {
  checkpoint = await SyntheticCheckpoint.create();
});
afterEach(() => checkpoint.remove());

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
