import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { CheckpointError } from '../../src/checkpoint/checkpoint-error.js';
import { openEditCheckpoint } from '../../src/engine/open-edit-checkpoint.js';
import { buildGraphs } from '../../src/graph/checkpoint-graphs.js';
import { checkpointFolder } from '../support/fixtures.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tensor-faults-'));
  cpSync(checkpointFolder('plain'), folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

interface HeaderEntry {
  dtype: string;
  shape: number[];
}

function entryOf(header: Readonly<Record<string, HeaderEntry>>, name: string): HeaderEntry {
  const entry = header[name];
  if (entry === undefined) throw new Error(`The fixture has no tensor ${name}`);
  return entry;
}

/** Rewrites the header of a component's only weight file; what it says of other tensors and the data stay. */
function editHeader(component: string, edit: (header: Record<string, HeaderEntry>) => void): string {
  const name = readdirSync(join(folder, component)).find((file) => file.endsWith('.safetensors'));
  const file = join(folder, component, name ?? '');
  const bytes = readFileSync(file);
  const end = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, end)) as Record<string, HeaderEntry>;
  edit(header);
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(file, Buffer.concat([length, text, bytes.subarray(end)]));
  return `${component}/${name ?? ''}`;
}

async function faultOf(): Promise<string> {
  const checkpoint = await openEditCheckpoint(folder);
  try {
    buildGraphs(checkpoint, 'float32');
  } catch (error) {
    if (error instanceof CheckpointError) return error.message;
    throw error;
  }
  throw new Error('The broken checkpoint was accepted');
}

const BIAS = 'transformer_blocks.0.attn.to_q.bias';

test('a missing tensor is named', async () => {
  const file = editHeader('transformer', (header) => {
    header['transformer_blocks.0.attn.to_q.bios'] = entryOf(header, BIAS);
    Reflect.deleteProperty(header, BIAS);
  });
  expect(await faultOf()).toBe(`${file}: tensor ${BIAS} is missing`);
});

test('a misshapen tensor is named with both shapes', async () => {
  let width = 0;
  const file = editHeader('transformer', (header) => {
    const entry = entryOf(header, BIAS);
    width = entry.shape[0] ?? 0;
    entry.shape = [1, width];
  });
  expect(await faultOf()).toBe(`${file}: tensor ${BIAS} has shape [1, ${width}], expected [${width}]`);
});

test('a tensor of a wrong type is named with its type', async () => {
  const file = editHeader('vae', (header) => {
    entryOf(header, 'decoder.conv_in.bias').dtype = 'I32';
  });
  expect(await faultOf()).toBe(`${file}: tensor decoder.conv_in.bias has type I32, expected BF16, F32 or F16`);
});
