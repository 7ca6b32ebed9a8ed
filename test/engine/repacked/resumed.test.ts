import { createHash } from 'node:crypto';
import { closeSync, copyFileSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openEditCheckpoint } from '../../../src/engine/open-edit-checkpoint.js';
import type { FinishedWeight } from '../../../src/engine/quantized/finished-weights.js';
import type { ModelInfo } from '../../../src/protocol/model-info.js';
import { EngineProcess } from '../../support/engine-process.js';
import { WEIGHT_FILES } from '../../support/weight-files.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'repacked-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const CHECKPOINT = join(WEIGHT_FILES, 'checkpoint');
const GGUF = join(WEIGHT_FILES, 'mixture.gguf');
/** What the cache's name of a tensor is made from: so many bytes at its beginning, middle and end. */
const SAMPLE_BYTES = 4096;

function load(engine: EngineProcess, folder: string, file = GGUF): Promise<ModelInfo> {
  return engine.load(CHECKPOINT, 'cpu', 'fp32', { folder, maxBytes: 1e9 }, null, { file, zeroCondT: null });
}

/** Loads a file with an empty cache, and kills the engine when so many tensors are repacked. */
async function killAt(tensors: number, folder: string, file = GGUF): Promise<string> {
  const killed = new EngineProcess({ step: 'repacked', done: tensors });
  const reached = new Promise<void>((resolve) => {
    killed.on('quantizing', ({ step, done }) => {
      if (step === 'repacked' && done >= tensors) resolve();
    });
  });
  load(killed, folder, file).catch(() => undefined);
  await reached;
  await killed.kill();
  const [left = ''] = readdirSync(folder);
  expect(left).toMatch(/^[0-9a-f]{32}\.[0-9a-f-]{36}$/);
  return join(folder, left);
}

async function loadOnce(folder: string, file = GGUF): Promise<void> {
  const engine = new EngineProcess();
  try {
    expect((await load(engine, folder, file)).warnings).toEqual([]);
  } finally {
    engine.stop();
  }
}

/** Overwrites a tensor that was finished, but for what its name in the cache is made from. */
async function spoil(file: string, finished: readonly FinishedWeight[]): Promise<void> {
  const { transformer } = await openEditCheckpoint(CHECKPOINT, null, { file, zeroCondT: null });
  const tensor = finished
    .map(({ name }) => transformer.tensors.get(name))
    .find((each) => each !== undefined && each.length > 4 * SAMPLE_BYTES);
  if (tensor === undefined) throw new Error('None of the tensors is large enough');
  const opened = openSync(file, 'r+');
  writeSync(opened, Buffer.alloc(1000, 0x42), 0, 1000, tensor.offset + SAMPLE_BYTES + 100);
  closeSync(opened);
}

/** Of the only folder in the cache, which is finished: its name, and a hash of what was repacked. */
function repacked(folder: string): [string, string] {
  const [name = '', ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  const bytes = readFileSync(join(folder, name, 'transformer-repacked.bin'));
  return [name, createHash('sha256').update(bytes).digest('hex')];
}

test('what a killed process repacked a part of is made by the next one, as if nothing had been', async () => {
  const [disturbed, calm] = [join(home, 'disturbed'), join(home, 'calm')];
  const left = await killAt(1, disturbed);
  expect(readdirSync(left)).toContain('transformer-repacked.bin');
  // As after a power failure: the list speaks of what has not come to the disk.
  const opened = openSync(join(left, 'transformer-repacked.bin'), 'r+');
  writeSync(opened, Buffer.alloc(100_000), 0, 100_000, 0);
  closeSync(opened);
  for (const folder of [disturbed, calm]) await loadOnce(folder);
  expect(repacked(disturbed)).toEqual(repacked(calm));
}, 120_000);

test('what it has finished is not read again', async () => {
  const [disturbed, calm, file] = [join(home, 'disturbed'), join(home, 'calm'), join(home, 'mixture.gguf')];
  copyFileSync(GGUF, file);
  await loadOnce(calm, file);
  const left = await killAt(4, disturbed, file);
  const lines = readFileSync(join(left, 'finished.jsonl'), 'utf8').split('\n').slice(0, -1);
  const finished = lines.map((line) => JSON.parse(line) as FinishedWeight);
  expect(finished.length).toBeGreaterThanOrEqual(4);
  await spoil(file, finished);
  await loadOnce(disturbed, file);
  expect(repacked(disturbed)).toEqual(repacked(calm));
}, 120_000);
