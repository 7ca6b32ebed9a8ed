import { expect, test } from '@jest/globals';
import onnxProto from 'onnx-proto';
import { openEditCheckpoint } from '../../../src/engine/open-edit-checkpoint.js';
import { weightBytes } from '../../../src/engine/devices/weight-bytes.js';
import { buildGraphs, GRAPH_NAMES, graphTensors } from '../../../src/graph/checkpoint-graphs.js';
import { checkpointFolder, checkpointNames } from '../../support/fixtures.js';

const { onnx } = onnxProto;

/** Elements of the initializers that lie in files. */
function elementsOf(model: Uint8Array): number {
  return (onnx.ModelProto.decode(model).graph?.initializer ?? [])
    .filter(({ externalData }) => externalData !== null && externalData !== undefined && externalData.length > 0)
    .reduce((sum, { dims }) => sum + (dims ?? []).reduce<number>((product, size) => product * Number(size), 1), 0);
}

test.each(checkpointNames())('checkpoint %s: each graph is counted with the tensors that it reads', async (name) => {
  const checkpoint = await openEditCheckpoint(checkpointFolder(name));
  const { models } = buildGraphs(checkpoint, 'float32');
  const { graphs, layers, ends } = weightBytes(graphTensors(checkpoint), 'fp32', 'cpu');
  const { config, tensors } = checkpoint.transformer;
  const { innerDim, numLayers } = config;
  // Counted but not read: four of the six modulation vectors of the last block's text.
  const unread = 4 * innerDim * (innerDim + 1);
  const table = checkpoint.textEncoder.tensors.get('language_model.embed_tokens.weight');
  const stored = (table?.length ?? 0) / (table?.shape.reduce((product, size) => product * size, 1) ?? 1);
  for (const graph of GRAPH_NAMES) {
    const elements = elementsOf(models[graph]) + (graph === 'modulation' ? unread : 0);
    const embeddings = graph === 'languageModel' ? (table?.length ?? 0) : 0;
    expect([graph, graphs[graph]]).toEqual([graph, 4 * (elements - embeddings / stored) + embeddings]);
  }
  expect(layers).toHaveLength(numLayers);
  expect(layers.reduce((sum, bytes) => sum + bytes, ends)).toBe(graphs.denoiser);
  const end = ['img_in.weight', 'img_in.bias', 'proj_out.weight', 'proj_out.bias'].reduce(
    (sum, tensor) => sum + (tensors.get(tensor)?.shape.reduce((product, size) => product * size, 1) ?? 0),
    0,
  );
  expect(ends).toBe(4 * end);
});
