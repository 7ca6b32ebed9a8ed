import { expect, test } from '@jest/globals';
import { ropeTables } from '../../../src/engine/transformer/rope-tables.js';
import { floats, goldenJson, maxDifference } from '../../support/goldens.js';
import { list, number, object, pair, text } from '../../support/json-shape.js';

const CASES = list(object({ textTokens: number, grids: list(pair), cos: text, sin: text }));
const AXES = [4, 6, 6] as const;

test.each(goldenJson('rope-several.json', CASES))(
  'target and references $grids: tables are within a float32 rounding of torch’s',
  (golden) => {
    const grids = golden.grids.map(([rows, columns]) => ({ rows, columns }));
    const { cos, sin } = ropeTables(golden.textTokens, grids, AXES);
    expect(maxDifference(cos, floats(golden.cos))).toBeLessThan(1.2e-7);
    expect(maxDifference(sin, floats(golden.sin))).toBeLessThan(1.2e-7);
  },
);
