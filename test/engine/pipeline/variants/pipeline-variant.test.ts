import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { NO_LORAS } from '../../../../src/checkpoint/lora/lora-folder.js';
import { openCheckpoint } from '../../../../src/checkpoint/open-checkpoint.js';
import { jointTokens, largestExtent } from '../../../../src/engine/devices/request-extent.js';
import { EDIT } from '../../../../src/engine/pipeline/variants/edit.js';
import { conditionIndex, type PipelineVariant } from '../../../../src/engine/pipeline/variants/pipeline-variant.js';
import { SyntheticCheckpoint } from '../../../support/synthetic-checkpoint.js';

/** A class that differs from QwenImageEditPipeline in everything that a class may. */
const OTHER: PipelineVariant = {
  mayHaveZeroCondT: true,
  className: 'OtherPipeline',
  conditions: [
    { key: 'vision_area', area: 64 * 64, readBy: ['vision'] },
    { key: 'condition_area', area: 256 * 256, readBy: ['vae'] },
  ],
  nativeArea: 512 * 512,
  defaultSteps: 40,
  defaultTrueCfgScale: 3,
  maxReferences: 4,
  template: { droppedPositions: 2, text: (prompt, images) => `${images.join('')}${prompt}` },
  autoSizeFollows: 'last',
};

describe('a checkpoint of another class in the table', () => {
  let checkpoint: SyntheticCheckpoint;
  beforeEach(async () => {
    checkpoint = await SyntheticCheckpoint.create();
    await checkpoint.set('model_index.json', { _class_name: OTHER.className });
  });
  afterEach(() => checkpoint.remove());

  test('has the class’s own defaults, which service.json overrides by its keys', async () => {
    const { pipeline, service } = await openCheckpoint(checkpoint.path, [EDIT, OTHER]);
    expect(pipeline).toBe(OTHER);
    expect(service).toMatchObject({ conditionAreas: [64 * 64, 256 * 256], nativeArea: 512 * 512, defaultSteps: 40 });
    await checkpoint.writeJson('service.json', { vision_area: 1024 });
    const changed = await openCheckpoint(checkpoint.path, [EDIT, OTHER]);
    expect(changed.service.conditionAreas).toEqual([1024, 256 * 256]);
  });

  test('is planned with all of its references, each network’s at its own size', async () => {
    const one = { ...OTHER, maxReferences: 1 };
    const of = async (variant: PipelineVariant): Promise<ReturnType<typeof largestExtent>> =>
      largestExtent(
        { ...(await openCheckpoint(checkpoint.path, [variant])), loras: NO_LORAS },
        { outputPixels: 2 ** 20, maxReferences: 16 },
      );
    const [several, single] = [await of(OTHER), await of(one)];
    const { textEncoder, vae } = await openCheckpoint(checkpoint.path, [OTHER]);
    const { patchSize, spatialMergeSize } = textEncoder.config.vision;
    const imageTokens = Math.ceil(Math.ceil(64 ** 2 / patchSize ** 2) / spatialMergeSize ** 2);
    const latentTokens = 256 ** 2 / (2 * vae.config.spatialCompression) ** 2;
    expect(several.languageTokens - single.languageTokens).toBe(3 * imageTokens);
    expect(jointTokens(several) - jointTokens(single)).toBe(3 * (imageTokens + latentTokens));
    expect(several.patches).toBe(single.patches);
    // With a mask the first reference is encoded at the result's size, too.
    expect(several.encodedPixels).toBe(2 ** 20);
  });

  test('is refused with all names that are served', async () => {
    await checkpoint.set('model_index.json', { _class_name: 'UnknownPipeline' });
    await expect(openCheckpoint(checkpoint.path, [EDIT, OTHER])).rejects.toThrow(
      'supported is QwenImageEditPipeline, OtherPipeline',
    );
  });
});

test('each network reads the condition picture that is meant for it', () => {
  expect([conditionIndex(EDIT, 'vision'), conditionIndex(EDIT, 'vae')]).toEqual([0, 0]);
  expect([conditionIndex(OTHER, 'vision'), conditionIndex(OTHER, 'vae')]).toEqual([0, 1]);
});
