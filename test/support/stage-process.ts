import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Precision } from '../../src/protocol/device-settings.js';
import type { QuantizedCacheSettings } from '../../src/protocol/load-request.js';
import type { ImageFeatures, PromptEmbeds } from '../../src/engine/text-encoder.js';
import type { Conditioning } from '../../src/engine/transformer.js';
import type { Latents } from '../../src/engine/transformer/latents.js';
import type { StepVectors } from '../../src/engine/transformer/modulation-schedule.js';
import type { TokenGrid } from '../../src/engine/transformer/rope-positions.js';

/** The stages that stage-worker.mjs runs: what goes in and what comes out. */
interface Stages {
  load: [{ folder: string; precision?: Precision; cache?: QuantizedCacheSettings }, { warnings: string[] }];
  vision: [{ file: string }, ImageFeatures];
  prompts: [{ prompts: [string, ...string[]]; features: ImageFeatures[] }, PromptEmbeds[]];
  condition: [{ prompt: PromptEmbeds; grids: TokenGrid[] }, Conditioning];
  modulation: [{ timestep: number }, StepVectors];
  velocity: [
    { latents: Float32Array; references: Float32Array; modulation: StepVectors; conditioning: Conditioning },
    Float32Array,
  ];
  vaeEncode: [{ file: string }, Latents];
  vaeDecode: [{ latents: Latents }, Float32Array];
}

/** A process that runs single stages of the engine. */
export class StageProcess {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  private count = 0;

  constructor() {
    this.child = fork(join(import.meta.dirname, '..', 'engine', 'parity', 'stage-worker.mjs'), {
      serialization: 'advanced',
      execArgv: [],
    });
    this.child.on('message', ({ id, result, error }: { id: number; result?: unknown; error?: string }) => {
      const call = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) call?.resolve(result);
      else call?.reject(new Error(error));
    });
    this.child.on('exit', (code) => {
      for (const { reject } of this.waiting.values()) reject(new Error(`The stage process ended with ${code}`));
    });
  }

  run<K extends keyof Stages>(stage: K, input: Stages[K][0]): Promise<Stages[K][1]> {
    const id = this.count++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.child.send({ id, stage, input });
    });
  }

  stop(): void {
    this.child.disconnect();
  }
}
