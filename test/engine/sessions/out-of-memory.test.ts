import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { explainOutOfMemory } from '../../../src/engine/explain-out-of-memory.js';
import { asOutOfMemory, OutOfMemoryError } from '../../../src/engine/sessions/out-of-memory.js';
import type { PictureRequest } from '../../../src/protocol/picture-request.js';
import { EngineProcess } from '../../support/engine-process.js';
import { checkpointFolder, pictureFile } from '../../support/fixtures.js';
import { inputPicture } from '../../support/input-picture.js';

const GPU = { kind: 'cuda', index: 1 } as const;
const MIB = 2 ** 20;
/** util-linux's way to limit another process; Linux alone has it. */
const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0;

describe('what the runtime says without memory', () => {
  test.each([
    [
      "Non-zero status code returned while running Conv node. Name:'Conv_248' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:360 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Failed to allocate memory for requested buffer of size 134217728",
      134217728,
    ],
    ['Available memory of 1048576 is smaller than requested bytes of 33554432', 33554432],
    [
      'CUDA failure 2: out of memory ; GPU=1 ; hostname=host ; file=/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_allocator.cc ; line=76 ; expr=cudaMalloc((void**)&p, size); ',
      null,
    ],
    [
      'CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=1 ; hostname=host ; file=/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_execution_provider.cc ; line=191 ; expr=cublasCreate(&cublas_handle_); ',
      null,
    ],
    ['CUDNN failure 4004: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED ; GPU=1', null],
    ['std::bad_alloc', null],
  ])('is known: %s', (message, wantedBytes) => {
    expect(asOutOfMemory(new Error(message), GPU)).toMatchObject({
      name: 'OutOfMemoryError',
      wantedBytes,
      device: GPU,
    });
  });

  test('leaves other faults as they are', () => {
    const error = new Error('CUDA failure 700: an illegal memory access was encountered ; GPU=0');
    expect(asOutOfMemory(error, GPU)).toBe(error);
  });

  test('becomes what to lower', () => {
    const plan = {
      kind: 'cuda',
      precision: 'fp32',
      devices: [],
      parts: [],
      reloadedBytes: 0,
      movedBytes: 0,
      madeOnHost: { graph: 'denoiser', bytes: 0 },
    } as const;
    const told = explainOutOfMemory(new OutOfMemoryError(GPU, 4.8e9, null), plan);
    expect(told).toMatch(/^out of GPU memory on cuda:1 \(4\.8 GB more were asked for\): .*size.*PRECISION=bf16.*\bn\b/);
  });
});

(hasPrlimit ? test : test.skip)(
  'an edit that finds no memory says what to lower, and the next ones are made',
  async () => {
    const engine = new EngineProcess();
    try {
      const { sizeRules } = await engine.load(checkpointFolder('plain'));
      const reference = await inputPicture(pictureFile('square.png'), sizeRules);
      const make = async (side: number): Promise<string> => {
        const request: PictureRequest = {
          prompt: 'make it blue',
          negativePrompt: ' ',
          references: [reference],
          editKey: randomUUID(),
          size: { width: side, height: side },
          numInferenceSteps: 1,
          trueCfgScale: 1,
          seed: 5,
          maxSequenceLength: 512,
          outputType: 'pil',
          partialImages: 0,
          loras: [],
          masked: null,
        };
        const { outcome } = await engine.make(request);
        return outcome.type === 'failed' ? outcome.message : outcome.type;
      };
      expect(await make(64)).toBe('made');
      const status = readFileSync(`/proc/${engine.pid}/status`, 'utf8');
      const used = Number(/VmSize:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
      const limit = (bytes: number | 'unlimited'): void =>
        void execFileSync('prlimit', ['--pid', String(engine.pid), `--as=${bytes}:`]);
      limit(used + 300 * MIB);
      expect(await make(2048)).toMatch(/^out of memory .*: ask for a smaller size .* n doesn't matter/);
      expect(await make(64)).toBe('made');
      limit('unlimited');
      expect(await make(1024)).toBe('made');
    } finally {
      engine.stop();
    }
  },
  240_000,
);
