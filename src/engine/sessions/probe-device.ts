import { GraphBuilder } from '../../graph/graph-builder.js';
import { attention } from '../../graph/nn/attention.js';
import { floats, OnnxSession } from './onnx-session.js';
import type { SessionDevice } from './session-options.js';

const TOKENS = 64;
const HEADS = 2;
/** A head's width in the published transformer: which kernel a GPU takes for attention depends on it. */
const HEAD_WIDTH = 128;
const WIDTH = HEADS * HEAD_WIDTH;

/**
 * Multiplies two matrices of ones on a device and runs an attention over the product, in bfloat16 on a GPU as the networks do:
 * there are GPUs that do the one and refuse the other.
 * @throws Error that says what is missing, also when a result is wrong
 */
export async function probeDevice(device: SessionDevice): Promise<void> {
  const graph = new GraphBuilder('probe', device.kind === 'cpu' ? 'float32' : 'bfloat16');
  const rows = graph.input('rows', 'float32', [TOKENS, WIDTH]);
  const matrix = graph.input('matrix', 'float32', [WIDTH, WIDTH]);
  const product = graph.node('MatMul', [rows, matrix]);
  graph.output('attended', attention(product, product, product, HEADS, WIDTH), [TOKENS, WIDTH]);
  const session = await OnnxSession.create(graph.encode(), { root: '/', device });
  const ones = (height: number): ReturnType<typeof floats> =>
    floats(new Float32Array(height * WIDTH).fill(1), height, WIDTH);
  const { data } = await session.run({ rows: ones(TOKENS), matrix: ones(WIDTH) });
  await session.release();
  // Every product is a sum of WIDTH ones, and the attention's mean of alike rows is such a row.
  if (data.some((value) => value !== WIDTH)) {
    throw new Error(`a product and its attention came out wrong: ${data[0] ?? NaN}, not ${WIDTH}`);
  }
}
