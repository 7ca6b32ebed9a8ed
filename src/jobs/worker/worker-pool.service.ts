import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { EnginePool } from '../../inference/engine-pool.js';
import { Metrics } from '../../metrics/metrics.service.js';
import { Tracing } from '../../tracing/tracing.js';
import { InputStore } from '../input-store.js';
import { SpeedMeter } from '../speed-meter.js';
import { WorkQueue } from '../work-queue.js';
import { JobWorker } from './job-worker.js';
import { PictureEncoder } from './picture-encoder.service.js';
import type { WorkerParts } from './worker-parts.js';

/** A worker for each engine of this process, from the engine's start to the service's end. */
@Injectable()
export class WorkerPool implements OnModuleInit, OnModuleDestroy {
  private readonly workers: JobWorker[] = [];
  private readonly parts: WorkerParts;

  constructor(
    private readonly pool: EnginePool,
    queue: WorkQueue,
    inputs: InputStore,
    encoder: PictureEncoder,
    metrics: Metrics,
    tracing: Tracing,
  ) {
    // The workers' own measure, for what a job's progress tells. The driver measures the same for admission, but workers share
    // no memory with it: it may be in another process.
    this.parts = {
      queue,
      inputs,
      encoder,
      metrics,
      tracing,
      speed: new SpeedMeter(),
      engines: () => pool.readyEngines,
    };
  }

  onModuleInit(): void {
    this.pool.each((engine) => {
      const worker = new JobWorker(engine, this.parts);
      this.workers.push(worker);
      void worker.run();
    });
  }

  onModuleDestroy(): void {
    for (const worker of this.workers) worker.stop();
  }
}
