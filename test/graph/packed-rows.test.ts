import { beforeAll, describe, expect, test } from '@jest/globals';
import onnxProto from 'onnx-proto';
import { bfloat16Bits, everyBfloat16 } from '../../src/graph/bfloat16.js';
import { GraphBuilder, type ComputeType } from '../../src/graph/graph-builder.js';
import { packedInput } from '../../src/graph/packed-input.js';
import { packedRowsInput, packedRowsOutput } from '../../src/graph/packed-rows.js';
import { floatsOf, runGraph } from '../support/run-graph.js';

const WIDTH = 256;
const EVERY = everyBfloat16();

/** A graph that gives its rows to another, and the other one. */
function pair(computeType: ComputeType, width = WIDTH): { giver: Uint8Array; taker: Uint8Array } {
  const giver = new GraphBuilder('giver', computeType);
  packedRowsOutput(giver, 'next_rows', packedInput(giver, 'in', ['count', width]), 'count', width);
  const taker = new GraphBuilder('taker', computeType);
  taker.output('out', packedRowsInput(taker, 'rows', 'count', width), ['count', width]);
  return { giver: giver.encode(), taker: taker.encode() };
}

/** Rows of bfloat16 values after they went from one graph to the other. */
async function passed(rows: Float32Array): Promise<Float32Array> {
  const { giver, taker } = pair('bfloat16');
  const given = await runGraph(giver, { in: { data: bfloat16Bits(rows), shape: [rows.length / WIDTH, WIDTH] } });
  const { next_rows: packed, next_rows_scale: scale } = given;
  if (packed === undefined || scale === undefined) throw new Error('The rows have no values or no scales');
  expect(packed.data).toBeInstanceOf(Uint16Array);
  const { out } = await runGraph(taker, { rows: packed, rows_scale: scale });
  return floatsOf(out);
}

/** A row with that largest value, and bfloat16 values of all kinds below it. */
function rowBelow(largest: number): Float32Array {
  const magnitude = (at: number): number => largest * 2 ** -(at % 30) * (1 + (at % 128) / 128) * 0.5;
  const values = Float32Array.from({ length: WIDTH }, (_, at) => (at % 2 === 0 ? 1 : -1) * magnitude(at));
  values[7] = -largest;
  values[8] = 0;
  return Float32Array.from(bfloat16Bits(values), (bits) => EVERY[bits] ?? NaN);
}

describe('rows of bfloat16 values from one graph to another', () => {
  const largest = [1, 255 / 128, 1.5, 2 ** -80, 1e4, 65_504, 1e30, 255 * 2 ** 120, 2 ** 15, 3e-5];
  const rows = largest.map(rowBelow);
  /** One value far below the rest of its row, in each power of two. */
  const far = Array.from({ length: 64 }, (_, down) => new Float32Array(WIDTH).fill(1).fill(1.9921875 * 2 ** -down, 1));
  const zeros = new Float32Array(WIDTH);
  const infinite = new Float32Array(WIDTH).fill(1).fill(-Infinity, 3, 4);
  const broken = new Float32Array(WIDTH).fill(1).fill(NaN, 3, 4);
  let out: Float32Array[] = [];
  beforeAll(async () => {
    const all = [...rows, zeros, infinite, broken, ...far];
    const values = await passed(Float32Array.from(all.flatMap((row) => [...row])));
    out = all.map((_, at) => values.subarray(at * WIDTH, (at + 1) * WIDTH));
  });

  test('keep every value down to 2^-29 of their largest, from tiny ones to the largest that there are', () => {
    expect(out.slice(0, rows.length).map((row) => [...row])).toEqual(rows.map((row) => [...row]));
  });

  test('keep zeros', () => {
    expect([...(out[rows.length] ?? [])]).toEqual([...zeros]);
  });

  test('stay infinite or not a number where they are', () => {
    expect(out[rows.length + 1]?.[3]).toBe(-Infinity);
    expect(out[rows.length + 2]?.[3]).toBeNaN();
  });

  test('err by 2^-39 of their largest at most where a value is smaller still', () => {
    for (const [at, row] of far.entries()) {
      const back = out[rows.length + 3 + at];
      const error = Math.abs((back?.[1] ?? NaN) - (row[1] ?? NaN));
      const largestOfRow = Math.max(...row);
      expect([at, error <= largestOfRow * 2 ** -39, at > 29 || error === 0]).toEqual([at, true, true]);
    }
  });
});

test('graphs in float32 pass float32 on and do nothing to it', () => {
  const { giver, taker } = pair('float32');
  for (const model of [giver, taker]) {
    const { graph } = onnxProto.onnx.ModelProto.decode(model);
    const types = [...(graph?.input ?? []), ...(graph?.output ?? [])].map(({ type }) => type?.tensorType?.elemType);
    expect(types).toEqual([1, 1]);
    expect(graph?.node?.map(({ opType }) => opType)).toEqual(['Identity']);
  }
});
