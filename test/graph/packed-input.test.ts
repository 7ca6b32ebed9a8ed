import { expect, test } from '@jest/globals';
import onnxProto from 'onnx-proto';
import { bfloat16Bits, everyBfloat16 } from '../../src/graph/bfloat16.js';
import { GraphBuilder, type ComputeType } from '../../src/graph/graph-builder.js';
import { packedInput } from '../../src/graph/packed-input.js';
import { floatsOf, runGraph } from '../support/run-graph.js';

/** A graph that gives back what goes in. */
function echo(computeType: ComputeType): Uint8Array {
  const graph = new GraphBuilder('echo', computeType);
  graph.output('out', packedInput(graph, 'in', ['rows', 256]), ['rows', 256]);
  return graph.encode();
}

/** Words of float32 values; those of not-a-number are one. */
const words = (values: Float32Array): number[] =>
  [...new Uint32Array(values.buffer, values.byteOffset, values.length)].map((word) =>
    (word & 0x7fffffff) > 0x7f800000 ? NaN : word,
  );

test('a graph in bfloat16 reads every value from its bits exactly', async () => {
  const values = everyBfloat16();
  const { out } = await runGraph(echo('bfloat16'), { in: { data: bfloat16Bits(values), shape: [256, 256] } });
  expect(out?.shape).toEqual([256, 256]);
  expect(words(floatsOf(out))).toEqual(words(values));
});

test('a graph in float32 takes float32 and does nothing to it', () => {
  const { graph } = onnxProto.onnx.ModelProto.decode(echo('float32'));
  expect(graph?.input?.map(({ type }) => type?.tensorType?.elemType)).toEqual([1]);
  expect(graph?.node?.map(({ opType }) => opType)).toEqual(['Identity']);
});
