import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import onnxProto from 'onnx-proto';
import { EngineProcess } from '../support/engine-process.js';
import { checkpointFolder, loraFolder } from '../support/fixtures.js';

const { onnx } = onnxProto;
const EXPORT = [join(import.meta.dirname, '..', '..', 'dist', 'cli.js'), 'export'];
const run = promisify(execFile);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'export-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command; what it printed. */
async function exportTo(out: string, ...options: string[]): Promise<string> {
  const env = { ...process.env, QUANTIZED_CACHE_DIR: join(folder, 'cache') };
  const args = [...EXPORT, '--model', checkpointFolder('plain'), '--out', out, ...options];
  return (await run(process.execPath, args, { env })).stdout;
}

/** External data of a graph, by tensor. */
function externalData(file: string): { name: string; location: string; offset: number; length: number }[] {
  return (onnx.ModelProto.decode(readFileSync(file)).graph?.initializer ?? []).flatMap(
    ({ name, externalData: data }) => {
      if (!data || data.length === 0) return [];
      const entry = (key: string): string => data.find((item) => item.key === key)?.value ?? '';
      return [
        {
          name: name ?? '',
          location: entry('location'),
          offset: Number(entry('offset')),
          length: Number(entry('length')),
        },
      ];
    },
  );
}

describe.each(['fp32', 'int8', 'int4'])('export in %s', (precision) => {
  test('writes graphs whose weights lie in the folder, which is a checkpoint too', async () => {
    const out = join(folder, precision);
    await exportTo(out, '--precision', precision);
    const graphs = readdirSync(out).filter((name) => name.endsWith('.onnx'));
    expect(graphs).toHaveLength(7);
    const locations = new Set<string>();
    for (const { name, location, offset, length } of graphs.flatMap((graph) => externalData(join(out, graph)))) {
      locations.add(location);
      expect([name, offset + length <= statSync(join(out, location)).size]).toEqual([name, true]);
    }
    const quantized = precision === 'fp32' ? [] : ['quantized/text_encoder.bin', 'quantized/transformer.bin'];
    expect([...locations].filter((location) => location.startsWith('quantized')).sort()).toEqual(quantized);
    const weights = 'transformer/diffusion_pytorch_model.safetensors';
    expect(locations.has(weights)).toBe(true);
    expect(statSync(join(out, weights)).ino).toBe(statSync(join(checkpointFolder('plain'), weights)).ino);

    const engine = new EngineProcess();
    try {
      expect((await engine.load(out, 'cpu')).warnings).toEqual([]);
    } finally {
      engine.stop();
    }
  });
});

test.each(['fp32', 'int4'])('a transformer from a GGUF file is exported with it, in %s', async (precision) => {
  const files = join(import.meta.dirname, '..', 'fixtures', 'weight-files');
  const out = join(folder, `gguf-${precision}`);
  const env = {
    ...process.env,
    QUANTIZED_CACHE_DIR: join(folder, 'cache'),
    QWEN_TRANSFORMER_FILE: join(files, 'mixture.gguf'),
  };
  const args = [...EXPORT, '--model', join(files, 'checkpoint'), '--out', out, '--precision', precision];
  await run(process.execPath, args, { env });
  const denoiser = externalData(join(out, 'denoiser.onnx'));
  for (const { name, location, offset, length } of denoiser) {
    expect([name, offset + length <= statSync(join(out, location)).size]).toEqual([name, true]);
  }
  expect([...new Set(denoiser.map(({ location }) => location))].sort()).toEqual([
    'quantized/transformer-repacked.bin',
    'transformer/mixture.gguf',
  ]);
  const engine = new EngineProcess();
  try {
    // The folder is a checkpoint whose transformer is the file.
    const cache = { folder: join(folder, 'cache'), maxBytes: 1e9 };
    expect((await engine.load(out, 'cpu', 'auto', cache)).warnings).toEqual([]);
  } finally {
    engine.stop();
  }
});

test('LoRAs stay where they are, which is said', async () => {
  const out = join(folder, 'with-loras');
  process.env['LORA_DIR'] = loraFolder('plain');
  try {
    expect(await exportTo(out)).toContain(
      "LORA_DIR's LoRAs are not part of it: the graphs are the checkpoint's alone\n",
    );
  } finally {
    delete process.env['LORA_DIR'];
  }
  const denoiser = readFileSync(join(out, 'denoiser.onnx'));
  expect(denoiser.equals(readFileSync(join(folder, 'fp32', 'denoiser.onnx')))).toBe(true);
});

test('with --copy nothing is linked', async () => {
  const out = join(folder, 'copy');
  expect(await exportTo(out, '--copy')).toMatch(/[kMG]B of weights are copied\n/);
  expect(statSync(join(out, 'transformer', 'diffusion_pytorch_model.safetensors')).nlink).toBe(1);
});

test('a folder with something in it is left alone, and a failure leaves nothing behind', async () => {
  const out = join(folder, 'full');
  mkdirSync(out);
  writeFileSync(join(out, 'file'), '');
  await expect(exportTo(out)).rejects.toMatchObject({
    code: 1,
    stderr: '--out full is not empty: name a new folder\n',
  });
  expect(readdirSync(out)).toEqual(['file']);

  // No file may grow beyond 4 KB: a full disk, as far as a program can tell.
  const limited = `ulimit -f 4; exec "$@"`;
  const target = join(folder, 'limited');
  const args = [
    '-c',
    limited,
    'bash',
    process.execPath,
    ...EXPORT,
    '--model',
    checkpointFolder('plain'),
    '--out',
    target,
  ];
  const env = { ...process.env, QUANTIZED_CACHE_DIR: join(folder, 'limited-cache') };
  await expect(run('bash', [...args, '--precision', 'int8'], { env })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /^The quantized weights can't be kept: QUANTIZED_CACHE_DIR takes no files of this size/,
    ),
  });
  expect(readdirSync(join(folder, 'limited-cache'))).toEqual([]);
  expect(readdirSync(folder).filter((name) => name.includes('limited'))).toEqual(['limited-cache']);
});
