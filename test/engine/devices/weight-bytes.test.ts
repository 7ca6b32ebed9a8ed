import { expect, test } from '@jest/globals';
import onnxProto from 'onnx-proto';
import { openEditCheckpoint } from '../../../src/engine/open-edit-checkpoint.js';
import type { Lora } from '../../../src/checkpoint/lora/lora-folder.js';
import type { TensorEntry } from '../../../src/checkpoint/tensor-index.js';
import type { TransformerConfig } from '../../../src/checkpoint/transformer-config.js';
import { LoraStacks } from '../../../src/graph/lora/lora-stacks.js';
import { loraBytes, weightBytes } from '../../../src/engine/devices/weight-bytes.js';
import { buildGraphs, GRAPH_NAMES, graphTensors } from '../../../src/graph/checkpoint-graphs.js';
import { checkpointFolder, checkpointNames, loraFolder } from '../../support/fixtures.js';

const { onnx } = onnxProto;

/** Elements of the initializers that lie in files. */
function elementsOf(model: Uint8Array): number {
  return (onnx.ModelProto.decode(model).graph?.initializer ?? [])
    .filter(({ externalData }) => externalData !== null && externalData !== undefined && externalData.length > 0)
    .reduce((sum, { dims }) => sum + (dims ?? []).reduce<number>((product, size) => product * Number(size), 1), 0);
}

test.each([
  ['plain', 'fp32', 4],
  ['plus-2511', 'fp32', 4],
  ['plus-2511', 'bf16', 2],
] as const)('LoRAs of %s are counted in %s, where the graphs read them', async (name, precision, bytes) => {
  const checkpoint = await openEditCheckpoint(checkpointFolder(name), loraFolder(name));
  const { loras } = checkpoint.loras;
  const stacks = new LoraStacks(loras, ({ label }) => label);
  const storage = { locate: ({ file }: TensorEntry) => file };
  const [own, more] = [storage, { ...storage, loras: stacks }].map((each) => buildGraphs(checkpoint, 'float32', each));
  const device = precision === 'bf16' ? 'cuda' : 'cpu';
  const tensors = graphTensors(checkpoint);
  const [without, counted] = [[], loras].map((each) => weightBytes(tensors, precision, device, each).graphs);
  for (const graph of GRAPH_NAMES) {
    const elements =
      elementsOf(more?.models[graph] ?? new Uint8Array()) - elementsOf(own?.models[graph] ?? new Uint8Array());
    // Of the last block's txt_mod a third is read.
    const unread = graph === 'modulation' ? unreadElements(loras, checkpoint.transformer.config) : 0;
    expect([graph, (counted?.[graph] ?? 0) - (without?.[graph] ?? 0)]).toEqual([graph, bytes * (elements + unread)]);
  }
  const read = GRAPH_NAMES.reduce((sum, graph) => sum + (counted?.[graph] ?? 0) - (without?.[graph] ?? 0), 0);
  expect(read).toBeGreaterThan(0);
  expect(loraBytes(loras, precision, device)).toBeGreaterThan(read);
});

/** Elements of the up factors of the last block's txt_mod in rows that nothing reads. */
function unreadElements(loras: readonly Lora[], { innerDim, numLayers }: TransformerConfig): number {
  const module = `transformer_blocks.${numLayers - 1}.txt_mod.1`;
  return loras.reduce((sum, { pairs }) => sum + 4 * innerDim * (pairs.get(module)?.rank ?? 0), 0);
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

test('of weights that are quantized for a GPU nothing is made on the host: scales lie in the type that is multiplied', async () => {
  const tensors = graphTensors(await openEditCheckpoint(checkpointFolder('bfloat')));
  for (const precision of ['bf16', 'int8', 'int4'] as const) {
    const { madeOnHost } = weightBytes(tensors, precision, 'cuda');
    expect([precision, madeOnHost.denoiser, madeOnHost.languageModel]).toEqual([precision, 0, 0]);
  }
  expect(weightBytes(tensors, 'fp32', 'cuda').madeOnHost.denoiser).toBeGreaterThan(0);
});
