import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openEditCheckpoint } from '../../src/engine/open-edit-checkpoint.js';
import { SyntheticCheckpoint } from '../support/synthetic-checkpoint.js';

const PREPROCESSOR = 'processor/preprocessor_config.json';

let checkpoint: SyntheticCheckpoint;
beforeEach(async () => {
  checkpoint = await SyntheticCheckpoint.create();
});
afterEach(() => checkpoint.remove());

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
