import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import onnxProto from 'onnx-proto';
import { openEditCheckpoint } from '../../src/engine/open-edit-checkpoint.js';
import { buildDenoiserParts, buildGraphs } from '../../src/graph/checkpoint-graphs.js';
import { linearRecipe } from '../../src/graph/quantization/linear-recipe.js';
import { QuantizedLayout } from '../../src/graph/quantization/quantized-layout.js';
import { checkpointFolder } from '../support/fixtures.js';

const { onnx } = onnxProto;
const [FLOAT, INT64, FLOAT16, BFLOAT16] = [1, 7, 10, 16];

/**
 * What the CUDA provider of onnxruntime 1.30 computes in bfloat16: kernel classes that are compiled for it (their names stand
 * in libonnxruntime_providers_cuda.so), and those that move bytes whatever they mean (docs/OperatorKernels.md).
 */
const COMPUTING = [
  'Add',
  'Cast',
  'Conv',
  'Div',
  'Gelu',
  'Gemm',
  'LayerNormalization',
  'MatMul',
  'Max',
  'Mul',
  'RMSNormalization',
  'Sigmoid',
  'Sqrt',
  'Sub',
  'com.microsoft.FastGelu',
  'com.microsoft.GatherBlockQuantized',
  'com.microsoft.MatMulNBits',
  'com.microsoft.MultiHeadAttention',
  'com.microsoft.RotaryEmbedding',
];
const MOVING = ['Concat', 'Expand', 'Gather', 'Identity', 'Reshape', 'Shape', 'Slice', 'Split', 'Transpose'];

const SPARSE = join(import.meta.dirname, '..', '..', 'scripts', 'make-sparse-checkpoint.mjs');
const folder = mkdtempSync(join(tmpdir(), 'published-graphs-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Names of the operators that take or give bfloat16, by following the types through the graph. */
function bfloat16Operators(model: Uint8Array): Set<string> {
  const { graph } = onnx.ModelProto.decode(model);
  const types = new Map<string, number>();
  for (const { name, type } of graph?.input ?? []) types.set(name ?? '', type?.tensorType?.elemType ?? 0);
  for (const { name, dataType } of graph?.initializer ?? []) types.set(name ?? '', dataType ?? 0);
  const operators = new Set<string>();
  for (const { opType, domain, input = [], output = [], attribute = [] } of graph?.node ?? []) {
    const given = (input ?? []).flatMap((name) => (name === '' ? [] : [types.get(name) ?? 0]));
    // What is picked from codes has the type of their scales.
    const first = given[opType === 'GatherBlockQuantized' ? 2 : 0] ?? 0;
    const cast = Number((attribute ?? []).find(({ name }) => name === 'to')?.i ?? 0);
    const result = opType === 'Cast' ? cast : opType === 'Shape' ? INT64 : first;
    for (const name of output ?? []) types.set(name, result);
    if ([result, ...given].includes(BFLOAT16)) operators.add(domain ? `${domain}.${opType}` : (opType ?? ''));
  }
  for (const { name, type } of graph?.output ?? []) {
    const given = type?.tensorType?.elemType;
    expect([name, types.get(name ?? '')]).toEqual([name, given]);
    // What a part gives to another part has its scales beside it.
    expect([name, given]).toEqual([name, /^next_(image|text)$/.test(name ?? '') ? FLOAT16 : FLOAT]);
  }
  return operators;
}

test.each(['edit', '2511'])(
  'bfloat16 graphs of %s hold nothing that the CUDA provider cannot compute in bfloat16',
  async (release) => {
    execFileSync(process.execPath, [SPARSE, join(folder, release), '--release', release]);
    const checkpoint = await openEditCheckpoint(join(folder, release));
    const { models } = buildGraphs(checkpoint, 'bfloat16');
    const parts = buildDenoiserParts(checkpoint, 'bfloat16', [
      { first: 0, end: 20 },
      { first: 20, end: 59 },
      { first: 59, end: 60 },
    ]);
    const used = new Set<string>();
    for (const [name, model] of [...Object.entries(models), ...parts.entries()]) {
      const operators = bfloat16Operators(model);
      expect([name, [...operators].filter((operator) => ![...COMPUTING, ...MOVING].includes(operator))]).toEqual([
        name,
        [],
      ]);
      for (const operator of operators) used.add(operator);
    }
    // Types that were not followed would let everything pass.
    expect([...used]).toEqual(
      expect.arrayContaining(['Gemm', 'Conv', 'RMSNormalization', 'com.microsoft.MultiHeadAttention']),
    );
  },
);

test.each(['int8-bfloat16', 'int4-bfloat16'] as const)(
  'graphs in %s hold nothing else, and scales that are bfloat16 without a cast',
  async (quantization) => {
    const checkpoint = await openEditCheckpoint(checkpointFolder('plain'));
    const names = ['transformer_blocks.0.attn.to_q.weight', 'transformer_blocks.1.img_mod.1.weight'];
    const sensitive = { kept: [], finer: quantization === 'int4-bfloat16' ? names : [] };
    const quantized = new QuantizedLayout(linearRecipe(quantization, sensitive));
    const { models } = buildGraphs(checkpoint, 'bfloat16', { locate: ({ file }) => file, quantized });
    const used = new Set<string>();
    for (const [name, model] of Object.entries(models)) {
      const operators = bfloat16Operators(model);
      for (const operator of operators) used.add(operator);
      expect([name, [...operators].filter((operator) => ![...COMPUTING, ...MOVING].includes(operator))]).toEqual([
        name,
        [],
      ]);
      const { node, initializer } = onnx.ModelProto.decode(model).graph ?? {};
      const scales = (initializer ?? []).filter((tensor) => tensor.name?.endsWith('_scale'));
      expect([name, scales.filter(({ dataType }) => dataType !== BFLOAT16)]).toEqual([name, []]);
      const cast = (node ?? []).filter(({ opType }) => opType === 'Cast').flatMap(({ input }) => input ?? []);
      expect([name, cast.filter((input) => input.endsWith('_scale'))]).toEqual([name, []]);
    }
    const own = ['com.microsoft.MatMulNBits', 'com.microsoft.GatherBlockQuantized'];
    expect(own.filter((operator) => used.has(operator))).toEqual(quantization === 'int4-bfloat16' ? own : []);
  },
);

test('what rounds often in bfloat16 is float32 in the graphs whose error it would be, and nothing changes on the CPU', async () => {
  const checkpoint = await openEditCheckpoint(checkpointFolder('plain'));
  const { models } = buildGraphs(checkpoint, 'bfloat16');
  // A gated feed-forward's product hides what its SiLU rounds, and there it would take time and memory.
  const roughly = Object.entries(models).filter(([, model]) => bfloat16Operators(model).has('Sigmoid'));
  expect(roughly.map(([name]) => name)).toEqual(['visionTower', 'languageModel']);
  for (const [name, model] of Object.entries(buildGraphs(checkpoint, 'float32').models)) {
    const casts = onnx.ModelProto.decode(model).graph?.node?.filter(({ opType }) => opType === 'Cast') ?? [];
    // Positions are integers.
    const ofFloats = casts.filter(({ input }) => input?.[0] !== 'positions');
    expect([name, ofFloats.length]).toEqual([name, 0]);
  }
});
