import { GraphBuilder } from '../../graph/graph-builder.js';
import { floats, OnnxSession } from './onnx-session.js';
import type { SessionDevice } from './session-options.js';

const SIZE = 64;

/**
 * Multiplies two matrices of ones on a device, in bfloat16 on a GPU as the networks do.
 * @throws Error that says what is missing, also when the product is wrong
 */
export async function probeDevice(device: SessionDevice): Promise<void> {
  const graph = new GraphBuilder('probe', device.kind === 'cpu' ? 'float32' : 'bfloat16');
  const matrix = graph.input('matrix', 'float32', [SIZE, SIZE]);
  graph.output('product', graph.node('MatMul', [matrix, matrix]), [SIZE, SIZE]);
  const session = await OnnxSession.create(graph.encode(), { root: '/', device });
  const { data } = await session.run({ matrix: floats(new Float32Array(SIZE * SIZE).fill(1), SIZE, SIZE) });
  await session.release();
  if (data.some((value) => value !== SIZE)) throw new Error(`a product came out wrong: ${data[0] ?? NaN}, not ${SIZE}`);
}
