import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import type { Finding } from '../../src/doctor/finding.js';
import { checkNode } from '../../src/doctor/check-runtime.js';
import { checkpointFolder, loraFolder } from '../support/fixtures.js';

// Each look starts several processes.
jest.setTimeout(180_000);
const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');
const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Told {
  readonly status: number | null;
  readonly output: string;
  readonly fault: string;
}

function doctor(env: Readonly<Record<string, string>>, ...args: string[]): Told {
  const { PATH = '' } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'doctor', ...args], {
    cwd: folder,
    env: { PATH, HOME: folder, ...env },
    encoding: 'utf8',
  });
  return { status, output: stdout, fault: stderr };
}

function findings(env: Readonly<Record<string, string>>): { status: number | null; of: (about: string) => Finding } {
  const { status, output, fault } = doctor(env, '--json');
  expect(fault).toBe('');
  const told = JSON.parse(output) as { ok: boolean; findings: readonly Finding[] };
  expect(told.ok).toBe(status === 0);
  return {
    status,
    of: (about) => {
      const finding = told.findings.find((each) => each.about === about);
      if (finding === undefined) throw new Error(`The doctor says nothing about ${about}:\n${output}`);
      return finding;
    },
  };
}

describe('on a machine that can serve', () => {
  test('everything is well, and each thing is told', () => {
    const { status, of } = findings({ QWEN_MODEL_DIR: checkpointFolder('plain'), DEVICE_MAP: 'cpu' });
    expect(status).toBe(0);
    expect(of('Runtime').found.join()).toMatch(/onnxruntime-node 1\.\d+\.\d+ computes on the CPU/);
    expect(of('Checkpoint')).toMatchObject({ state: 'ok' });
    expect(of('Plan').found.join('\n')).toMatch(/cpu in fp32[^]*denoiser/);
    expect(of('Cache').found.join()).toMatch(/quantized: 0 checkpoints, 0 MB of 100\.0 GB/);
    expect(of('Limits').found.join()).toContain('32 edits may wait');
  });

  test('of a checkpoint that takes several references, how many', () => {
    const { status, of } = findings({
      QWEN_MODEL_DIR: checkpointFolder('plus-2511'),
      DEVICE_MAP: 'cpu',
      MAX_REFERENCES: '3',
    });
    expect(status).toBe(0);
    expect(of('Checkpoint').found).toEqual([
      expect.stringMatching(/^plus-2511 in .*: QwenImageEditPlusPipeline, 284 tensors$/),
      'Transformer transformer/diffusion_pytorch_model.safetensors: 109 F32; zero_cond_t',
      'up to 3 references an edit (MAX_REFERENCES)',
    ]);
    expect(of('Plan').found.join('\n')).toMatch(/cpu in fp32[^]*denoiser/);
  });

  test('of a transformer from a file, which types it has', () => {
    const files = join(import.meta.dirname, '..', 'fixtures', 'weight-files');
    const settings = { QWEN_MODEL_DIR: join(files, 'checkpoint'), DEVICE_MAP: 'cpu' };
    const { status, of } = findings({ ...settings, QWEN_TRANSFORMER_FILE: join(files, 'mixture.gguf') });
    expect(status).toBe(0);
    expect(of('Checkpoint').found.join('\n')).toMatch(
      /^Transformer mixture\.gguf: \d+ F32, .*\d Q4_K.*; zero_cond_t$/m,
    );
    const none = findings({ ...settings, QWEN_TRANSFORMER_FILE: join(files, 'none.gguf') });
    expect(none.status).toBe(1);
    expect(none.of('Checkpoint').found.join('\n')).toContain('none.gguf');
    // A transformer of another model is no fault of the folder.
    const other = findings({
      QWEN_MODEL_DIR: checkpointFolder('plus-2511'),
      DEVICE_MAP: 'cpu',
      QWEN_TRANSFORMER_FILE: join(files, 'mixture.gguf'),
    });
    expect(other.of('Checkpoint').found[0]).toMatch(/plus-2511, with QWEN_TRANSFORMER_FILE=.*mixture\.gguf:$/);
    expect(other.of('Checkpoint').todo).toContain('a transformer for this checkpoint');
  });

  test('people get the same in lines', () => {
    const { status, output, fault } = doctor({ QWEN_MODEL_DIR: checkpointFolder('plain'), DEVICE_MAP: 'cpu' });
    expect([status, fault]).toEqual([0, '']);
    expect(output).toMatch(/^✓ Node +\d+\./);
    expect(output).toMatch(/^✓ Checkpoint /m);
  });
});

test('LoRAs are told, and why one is not served', () => {
  const loras = join(folder, 'loras');
  cpSync(loraFolder('plain'), loras, { recursive: true });
  writeFileSync(join(loras, 'broken.safetensors'), 'no LoRA');
  const { status, of } = findings({ QWEN_MODEL_DIR: checkpointFolder('plain'), DEVICE_MAP: 'cpu', LORA_DIR: loras });
  expect(status).toBe(0);
  expect(of('Plan')).toMatchObject({ state: 'warn' });
  const found = of('Plan').found.join('\n');
  expect(found).toMatch(/^LoRAs: Qwen-Image-Edit-Lightning-4steps-V1\.0-bf16 \(with Lightning's schedule\), .*peft/m);
  expect(found).toMatch(/^The LoRA "broken" is not served: broken\.safetensors is truncated/m);
});

test('a GPU that is asked for and not there is a fault with what to do', () => {
  // nvidia-smi is not found: there is no GPU, whatever the machine has.
  const { status, of } = findings({
    QWEN_MODEL_DIR: checkpointFolder('plain'),
    DEVICE_MAP: 'cuda',
    PATH: folder,
  });
  expect(status).toBe(1);
  expect(of('NVIDIA driver')).toMatchObject({ state: 'fail', todo: expect.stringContaining('driver') });
  expect(of('Plan')).toMatchObject({
    state: 'fail',
    found: [expect.stringMatching(/^DEVICE_MAP=cuda needs .*setup:cuda/)],
  });
});

/** What the doctor finds where nvidia-smi lists one GPU. */
function withGpu(capability: string, env: Readonly<Record<string, string>>): ReturnType<typeof findings> {
  const tools = mkdtempSync(join(folder, 'tools-'));
  const line = `0, GPU-1, NVIDIA GPU, 24564, 24100, ${capability}, 580.65`;
  writeFileSync(join(tools, 'nvidia-smi'), `#!/bin/sh\necho "${line}"\n`, { mode: 0o755 });
  const PATH = `${tools}:${process.env['PATH'] ?? ''}`;
  return findings({ QWEN_MODEL_DIR: checkpointFolder('plain'), PATH, ...env });
}

test('a GPU is told with its memory and capability', () => {
  const { of } = withGpu('8.9', {});
  expect(of('NVIDIA driver')).toMatchObject({ state: 'ok', found: ['580.65'] });
  expect(of('GPUs').found.join()).toMatch(/^cuda:0 NVIDIA GPU: 25\.3 GB of 25\.8 GB free, compute capability 8\.9/);
});

test.each([
  ['6.1', 'auto', 'auto', 'warn', 'has code for 7.5, 8.0'],
  ['10.0', 'cuda', 'auto', 'fail', 'has code for 7.5, 8.0'],
  ['12.1', 'cuda', 'fp32', 'fail', 'has code for 7.5, 8.0'],
  ['7.5', 'cuda', 'bf16', 'fail', 'bfloat16 needs 8.0: only PRECISION=fp32 runs on it'],
])(
  'a GPU of capability %s can not be used, with DEVICE_MAP=%s and PRECISION=%s',
  (capability, map, precision, state, why) => {
    const { of } = withGpu(capability, { DEVICE_MAP: map, PRECISION: precision });
    expect(of('GPUs').found.join()).toContain(`; it has compute capability ${capability}, and`);
    expect(of('GPUs').found.join()).toContain(why);
    expect(of('GPUs')).toMatchObject({ state, todo: expect.stringContaining('CUDA_VISIBLE_DEVICES') });
  },
);

test('every fault of a checkpoint is named', () => {
  const broken = join(folder, 'broken');
  cpSync(checkpointFolder('plain'), broken, { recursive: true });
  rmSync(join(broken, 'scheduler'), { recursive: true });
  truncateSync(join(broken, 'vae', 'diffusion_pytorch_model.safetensors'), 100);
  const { status, of } = findings({ QWEN_MODEL_DIR: broken });
  expect(status).toBe(1);
  const { state, found, todo } = of('Checkpoint');
  expect({ state, todo }).toEqual({ state: 'fail', todo: expect.stringContaining('fetch') });
  expect(found.join('\n')).toMatch(/scheduler/);
  expect(found.join('\n')).toMatch(/vae\/diffusion_pytorch_model\.safetensors/);
});

test('every faulty setting is named', () => {
  const { status, of } = findings({ PORT: 'eighty', DEVICE_MAP: 'gpu' });
  expect(status).toBe(1);
  expect(of('Settings')).toMatchObject({ state: 'fail' });
  expect(of('Settings').found).toHaveLength(2);
});

test('what it does not know it says', () => {
  expect(doctor({}, '--help')).toEqual({ status: 0, output: expect.stringContaining('--json'), fault: '' });
  const wrong = doctor({}, '--fast');
  expect(wrong).toEqual({ status: 2, output: '', fault: expect.stringMatching(/--fast[^]*--json/) });
});

test.each([
  ['20.19.0', 'ok'],
  ['22.1.0', 'ok'],
  ['20.18.3', 'fail'],
  ['18.20.0', 'fail'],
])('Node %s is %s', (version, state) => {
  expect(checkNode(version).state).toBe(state);
});
