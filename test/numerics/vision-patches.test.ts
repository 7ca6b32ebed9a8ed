import { describe, expect, test } from '@jest/globals';
import { visionPatches } from '../../src/engine/vision/vision-patches.js';
import { floats, goldenJson, sha256, syntheticPixels } from './goldens.js';

interface PatchesCase {
  readonly size: readonly [number, number];
  readonly config: {
    readonly image_mean: readonly [number, number, number];
    readonly image_std: readonly [number, number, number];
    readonly patch_size: number;
    readonly temporal_patch_size: number;
    readonly merge_size: number;
    readonly rescale_factor: number;
    readonly min_pixels: number;
    readonly max_pixels: number;
  };
  readonly grid: readonly [number, number];
  readonly pixelValues: string;
  readonly head: string;
}

describe('visionPatches', () => {
  test.each(goldenJson<PatchesCase[]>('patches.json'))(
    'is transformers’ to the bit: $size',
    ({ size, config, ...expected }) => {
      const patches = visionPatches(syntheticPixels(...size), {
        minPixels: config.min_pixels,
        maxPixels: config.max_pixels,
        patchSize: config.patch_size,
        mergeSize: config.merge_size,
        temporalPatchSize: config.temporal_patch_size,
        imageMean: config.image_mean,
        imageStd: config.image_std,
        rescaleFactor: config.rescale_factor,
        resample: 'bicubic',
      });
      expect([patches.gridHeight, patches.gridWidth]).toEqual(expected.grid);
      expect([...patches.pixelValues.subarray(0, 4)]).toEqual([...floats(expected.head)]);
      expect(sha256(patches.pixelValues)).toBe(expected.pixelValues);
    },
  );
});
