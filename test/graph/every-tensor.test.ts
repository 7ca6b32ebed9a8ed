import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import onnxProto from 'onnx-proto';
import { openEditCheckpoint } from '../../src/engine/open-edit-checkpoint.js';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import type { TensorEntry } from '../../src/checkpoint/tensor-index.js';
import { buildGraphs } from '../../src/graph/checkpoint-graphs.js';
import { checkpointFolder, checkpointNames } from '../support/fixtures.js';

const { onnx } = onnxProto;

interface Used {
  readonly model: string;
  readonly location: string;
  readonly offset: number;
  readonly length: number;
  readonly shape: readonly number[];
}

/** The initializers in files of all graphs, by tensor name; a name that stands twice fails. */
function usedTensors(models: Readonly<Record<string, Uint8Array>>): Map<string, Used> {
  const used = new Map<string, Used>();
  for (const [model, bytes] of Object.entries(models)) {
    for (const { name, dims, externalData } of onnx.ModelProto.decode(bytes).graph?.initializer ?? []) {
      if (!name || !externalData || externalData.length === 0) continue;
      const entry = (key: string): string => externalData.find((item) => item.key === key)?.value ?? '';
      expect([name, used.get(name)?.model]).toEqual([name, undefined]);
      used.set(name, {
        model,
        location: entry('location'),
        offset: Number(entry('offset')),
        length: Number(entry('length')),
        shape: (dims ?? []).map(Number),
      });
    }
  }
  return used;
}

const product = (shape: readonly number[]): number => shape.reduce((all, size) => all * size, 1);

function allTensors(
  checkpoint: Checkpoint,
): { name: string; component: 'text_encoder' | 'transformer' | 'vae'; entry: TensorEntry }[] {
  return [checkpoint.textEncoder.tensors, checkpoint.transformer.tensors, checkpoint.vae.tensors].flatMap((index) =>
    [...index.names()].map((name) => {
      const entry = index.get(name);
      if (entry === undefined) throw new Error(`The index lost ${name}`);
      return { name, component: index.component, entry };
    }),
  );
}

/** Checks every tensor of a checkpoint: read by one graph at its place in the file, or known to be dead. */
async function checkEveryTensor(folder: string, computeType: 'float32' | 'bfloat16'): Promise<void> {
  const checkpoint = await openEditCheckpoint(folder);
  const { models, dead, unexpected } = buildGraphs(checkpoint, computeType);
  expect(unexpected).toEqual([]);
  const used = usedTensors(models);
  for (const { name, component, entry } of allTensors(checkpoint)) {
    const use = used.get(name);
    expect([name, (use === undefined) === dead.has(`${component}: ${name}`)]).toEqual([name, true]);
    if (use === undefined) continue;
    used.delete(name);
    // In the last block only the first two of the text's six modulation vectors are read.
    const share = /\.txt_mod\.1\.(weight|bias)$/.test(name) && use.length < entry.length ? 1 / 3 : 1;
    expect({
      name,
      location: use.location,
      offset: use.offset,
      length: use.length,
      elements: product(use.shape),
    }).toEqual({
      name,
      location: entry.file,
      offset: entry.offset,
      length: entry.length * share,
      elements: product(entry.shape) * share,
    });
  }
  expect([...used.keys()]).toEqual([]);
}

describe.each(checkpointNames())('checkpoint %s', (name) => {
  test.each(['float32', 'bfloat16'] as const)('every tensor is used once or dead, %s', async (computeType) => {
    await checkEveryTensor(checkpointFolder(name), computeType);
  });
});

describe('a checkpoint of the published size', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sparse-checkpoint-'));
  beforeAll(() => {
    const script = join(import.meta.dirname, '..', '..', 'scripts', 'make-sparse-checkpoint.mjs');
    execFileSync(process.execPath, [script, join(folder, 'model')], { stdio: 'ignore' });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('every tensor is used once or dead, beyond 4 GB too', async () => {
    await checkEveryTensor(join(folder, 'model'), 'bfloat16');
    const checkpoint = await openEditCheckpoint(join(folder, 'model'));
    const offsets = allTensors(checkpoint).map(({ entry }) => entry.offset);
    expect(Math.max(...offsets)).toBeGreaterThan(2 ** 32);
  });
});
