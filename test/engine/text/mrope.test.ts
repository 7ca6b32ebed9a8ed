import { describe, expect, test } from '@jest/globals';
import { mropePositions, mropeTables } from '../../../src/engine/text/mrope-positions.js';
import { list, number, object, pair, text, triple } from '../../support/json-shape.js';
import { floats, goldenJson, maxDifference } from '../../support/goldens.js';
import { textEncoderConfig } from '../../support/text-encoder-config.js';

const CASES = list(
  object({
    headDim: number,
    section: triple,
    theta: number,
    grid: pair,
    before: number,
    behind: number,
    positions: list(list(number)),
    lastCos: text,
    lastSin: text,
  }),
);

const IMAGE_TOKEN = 7;

describe.each(goldenJson('mrope.json', CASES))('head size $headDim, grid $grid', (golden) => {
  const [gridHeight, gridWidth] = golden.grid;
  const config = textEncoderConfig({
    headDim: golden.headDim,
    mropeSection: golden.section,
    ropeTheta: golden.theta,
    imageTokenId: IMAGE_TOKEN,
  });
  const inputIds = Int32Array.from([
    ...Array<number>(golden.before).fill(1),
    ...Array<number>((gridHeight * gridWidth) / 4).fill(IMAGE_TOKEN),
    ...Array<number>(golden.behind).fill(2),
  ]);
  const positions = mropePositions(inputIds, config, [{ gridHeight, gridWidth }]);

  test('positions are get_rope_index’s', () => {
    expect([...positions]).toEqual(golden.positions.flat());
  });

  test('tables are within a float32 rounding of torch’s', () => {
    const { cos, sin } = mropeTables(positions, config);
    const half = golden.headDim / 2;
    expect(cos).toHaveLength(inputIds.length * half);
    expect(maxDifference(cos.subarray(-6 * half), floats(golden.lastCos))).toBeLessThan(1.2e-7);
    expect(maxDifference(sin.subarray(-6 * half), floats(golden.lastSin))).toBeLessThan(1.2e-7);
  });
});

test('a prompt without a picture counts alike on all axes', () => {
  const config = textEncoderConfig({ imageTokenId: IMAGE_TOKEN });
  expect([...mropePositions(Int32Array.of(1, 2, 3), config, [])]).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2]);
});

const SEVERAL = list(object({ grids: list(pair), ids: list(number), positions: list(list(number)) }));

test.each(goldenJson('mrope-several.json', SEVERAL))(
  'several pictures, grids $grids: positions are get_rope_index’s',
  (golden) => {
    const config = textEncoderConfig({ imageTokenId: IMAGE_TOKEN });
    const grids = golden.grids.map(([gridHeight, gridWidth]) => ({ gridHeight, gridWidth }));
    expect([...mropePositions(Int32Array.from(golden.ids), config, grids)]).toEqual(golden.positions.flat());
  },
);

test('image tokens of a picture that isn’t there are an error', () => {
  const config = textEncoderConfig({ imageTokenId: IMAGE_TOKEN });
  const one = [{ gridHeight: 2, gridWidth: 2 }];
  expect(() => mropePositions(Int32Array.of(IMAGE_TOKEN, 1, IMAGE_TOKEN), config, one)).toThrow(/more pictures/);
});
