import { describe, expect, test } from '@jest/globals';
import { visionPatches } from '../../../src/engine/vision/vision-patches.js';
import { list, number, object, pair, text, triple } from '../../support/json-shape.js';
import { floats, goldenJson, sha256, syntheticPixels } from '../../support/goldens.js';

const CASES = list(
  object({
    size: pair,
    config: object({
      image_mean: triple,
      image_std: triple,
      patch_size: number,
      temporal_patch_size: number,
      merge_size: number,
      rescale_factor: number,
      min_pixels: number,
      max_pixels: number,
    }),
    grid: pair,
    pixelValues: text,
    head: text,
  }),
);

describe('visionPatches', () => {
  test.each(goldenJson('patches.json', CASES))(
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
