import { expect, test } from '@jest/globals';
import { ropePositions, type TokenGrid } from '../../../src/engine/transformer/rope-positions.js';
import { GraphBuilder } from '../../../src/graph/graph-builder.js';
import { rotaryTables } from '../../../src/graph/nn/rope.js';
import { inverseFrequencies } from '../../../src/graph/nn/rotary-frequencies.js';
import { floats, goldenJson, maxDifference } from '../../support/goldens.js';
import { list, number, object, pair, text } from '../../support/json-shape.js';
import { floatsOf, runGraph } from '../../support/run-graph.js';

const CASES = list(object({ textTokens: number, grids: list(pair), cos: text, sin: text }));
const AXES = [4, 6, 6] as const;
const PUBLISHED_AXES = [16, 56, 56] as const;
/** A rounding of values up to 1 in float32, twice. */
const ROUNDING = 1.2e-7;

const frequenciesOf = (axes: readonly number[]): { axis: number; frequency: number }[] =>
  axes.flatMap((dim, axis) => [...inverseFrequencies(dim, 10_000)].map((frequency) => ({ axis, frequency })));

/** The tables as a graph makes them of the positions. */
async function tablesOf(positions: Int32Array, axes: readonly number[]): Promise<Record<'cos' | 'sin', Float32Array>> {
  const graph = new GraphBuilder('tables', 'float32');
  const { cos, sin } = rotaryTables(graph.input('positions', 'int32', ['tokens', 3]), frequenciesOf(axes));
  graph.output('cos', cos, ['tokens', 'pairs']);
  graph.output('sin', sin, ['tokens', 'pairs']);
  const made = await runGraph(graph.encode(), { positions: { data: positions, shape: [positions.length / 3, 3] } });
  return { cos: floatsOf(made['cos']), sin: floatsOf(made['sin']) };
}

test.each(goldenJson('rope-several.json', CASES))(
  'target and references $grids: tables are within a float32 rounding of torch’s',
  async (golden) => {
    const grids = golden.grids.map(([rows, columns]) => ({ rows, columns }));
    const { cos, sin } = await tablesOf(ropePositions(golden.textTokens, grids), AXES);
    expect(maxDifference(cos, floats(golden.cos))).toBeLessThan(ROUNDING);
    expect(maxDifference(sin, floats(golden.sin))).toBeLessThan(ROUNDING);
  },
);

test('rows and columns are centred, the odd one out before; the text goes on behind the largest', () => {
  const grids: TokenGrid[] = [
    { rows: 1, columns: 3 },
    { rows: 2, columns: 1 },
  ];
  const rows = Array.from(ropePositions(2, grids));
  expect(rows).toEqual([...[1, 1, 1, 2, 2, 2], ...[0, -1, -2, 0, -1, -1, 0, -1, 0], ...[1, -1, -1, 1, 0, -1]]);
});

test('the tables of the largest request are right at their far ends, too', async () => {
  const positions = ropePositions(1391, [
    { rows: 2, columns: 1024 },
    { rows: 64, columns: 2 },
  ]);
  const { cos, sin } = await tablesOf(positions, PUBLISHED_AXES);
  const angles = Array.from({ length: positions.length / 3 }, (_, token) =>
    frequenciesOf(PUBLISHED_AXES).map(({ axis, frequency }) =>
      Math.fround((positions[3 * token + axis] ?? NaN) * frequency),
    ),
  ).flat();
  expect(maxDifference(cos, angles.map(Math.cos))).toBeLessThan(ROUNDING);
  expect(maxDifference(sin, angles.map(Math.sin))).toBeLessThan(ROUNDING);
});
