import { createHash } from 'node:crypto';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { openEditCheckpoint } from '../../../src/engine/open-edit-checkpoint.js';
import type { FinishedWeight } from '../../../src/engine/quantized/finished-weights.js';
import { EngineProcess } from '../../support/engine-process.js';

// Each test starts engines, several times: a busy machine takes its time.
jest.setTimeout(240_000);

const MINIATURE = join(import.meta.dirname, '..', '..', '..', 'models', 'mini');
const GIGABYTE = 1e9;
/** The name of a checkpoint's weights is made from the beginning, middle and end of each tensor. */
const SAMPLE_BYTES = 4096;

let home: string;
let cache: string;
let model: string;
let expected: Readonly<Record<string, string>>;

beforeAll(async () => {
  const whole = mkdtempSync(join(tmpdir(), 'whole-'));
  try {
    await load(MINIATURE, whole);
    expected = files(whole);
  } finally {
    rmSync(whole, { recursive: true });
  }
});
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'resumed-'));
  [cache, model] = [join(home, 'cache'), join(home, 'model')];
  mkdirSync(cache);
  cpSync(MINIATURE, model, { recursive: true });
});
afterEach(() => rmSync(home, { recursive: true }));

/** Starts an engine with weights of 4 bits, of which some of the miniature's are sensitive, and ends it. */
async function load(checkpoint = model, folder = cache): Promise<void> {
  const engine = new EngineProcess();
  try {
    expect((await engine.load(checkpoint, 'cpu', 'int4', { folder, maxBytes: GIGABYTE })).warnings).toEqual([]);
  } finally {
    engine.stop();
  }
}

/** Kills an engine when so many weights are through a step. */
async function killAt(step: 'rounded' | 'placed', weights: number): Promise<void> {
  const engine = new EngineProcess({ step, done: weights });
  const reached = new Promise<void>((resolve) => {
    engine.on('quantizing', (told) => {
      if (told.step === step && told.done >= weights) resolve();
    });
  });
  engine.load(model, 'cpu', 'int4', { folder: cache, maxBytes: GIGABYTE }).catch(() => undefined);
  await reached;
  await engine.kill();
}

/** Hashes of the quantized files of the only finished folder, by name. */
function files(folder: string): Record<string, string> {
  const [name, ...others] = readdirSync(folder);
  if (name === undefined || others.length > 0 || name.includes('.')) throw new Error([name, ...others].join());
  const found = readdirSync(join(folder, name)).filter((file) => !file.endsWith('.lease'));
  const hash = (file: string): string =>
    createHash('sha256')
      .update(readFileSync(join(folder, name, file)))
      .digest('hex');
  return Object.fromEntries(found.map((file) => [file, hash(file)]));
}

/** What the killed engine has left. */
function left(): { folder: string; finished: FinishedWeight[] } {
  const [name = ''] = readdirSync(cache);
  expect(name).toMatch(/^[0-9a-f]{32}\.[0-9a-f-]{36}$/);
  const folder = join(cache, name);
  const lines = readFileSync(join(folder, 'finished.jsonl'), 'utf8').split('\n').slice(0, -1);
  return { folder, finished: lines.map((line) => JSON.parse(line) as FinishedWeight) };
}

/** Overwrites one of the weights in the checkpoint, but for what its name in the cache is made from. */
async function spoil(weights: readonly FinishedWeight[]): Promise<void> {
  const { root, transformer, textEncoder } = await openEditCheckpoint(model);
  for (const { file, name } of weights) {
    const tensor = (file.startsWith('transformer') ? transformer : textEncoder).tensors.get(name);
    if (tensor === undefined || tensor.length < 4 * SAMPLE_BYTES) continue;
    const part = Buffer.alloc(1000, 0x42);
    writeAt(join(root, tensor.file), part, tensor.offset + SAMPLE_BYTES + 100);
    return;
  }
  throw new Error('None of the weights is large enough');
}

function writeAt(path: string, bytes: Buffer, position: number | null): void {
  const file = openSync(path, position === null ? 'a' : 'r+');
  writeSync(file, bytes, 0, bytes.length, position);
  closeSync(file);
}

describe('quantizing that was killed', () => {
  test.each([
    { step: 'rounded', weights: 20, file: 'text_encoder.rounded' },
    { step: 'placed', weights: 10, file: 'transformer.bin' },
  ] as const)('goes on with what was $step: it is not read again', async ({ step, weights, file }) => {
    await killAt(step, weights);
    const { finished } = left();
    expect(finished.length).toBeGreaterThanOrEqual(weights);
    await spoil(finished.filter((weight) => weight.file === file));
    await load();
    expect(files(cache)).toEqual(expected);
  });

  test('rounds again what has not come to the disk', async () => {
    await killAt('rounded', 20);
    const { folder, finished } = left();
    const [{ file } = { file: '' }] = finished;
    // As after a power failure: the list is there, and behind it half a line, but not what it speaks of.
    writeAt(join(folder, 'finished.jsonl'), Buffer.from('{"file":"transf'), null);
    writeAt(join(folder, file), Buffer.alloc(100_000), 0);
    await load();
    expect(files(cache)).toEqual(expected);
  });

  test('is taken over by one of several services that start together', async () => {
    await killAt('rounded', 20);
    await Promise.all([load(), load(), load()]);
    expect(files(cache)).toEqual(expected);
  });

  test('on another host is taken over once that has been silent for a while', async () => {
    await killAt('rounded', 20);
    const { folder } = left();
    for (const name of readdirSync(folder)) if (name.endsWith('.lease')) rmSync(join(folder, name));
    writeFileSync(join(folder, '1@elsewhere.lease'), '');
    const loading = load();
    await pause(2000);
    expect(existsSync(folder)).toBe(true);
    await loading;
    expect(existsSync(folder)).toBe(false);
    expect(files(cache)).toEqual(expected);
  });
});
