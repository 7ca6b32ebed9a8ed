import { Module, type OnApplicationShutdown } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { jobsConfig, limitsConfig } from '../config/namespaces.js';
import { DecodingModule } from '../decoding/decoding.module.js';
import { InferenceModule } from '../inference/inference.module.js';
import { LocalModel } from '../inference/local-model.js';
import { RedisModule, SharedRedis } from '../redis/redis.module.js';
import { ServedModel } from '../inference/served-model.js';
import { Metrics } from '../metrics/metrics.service.js';
import { Tracing } from '../tracing/tracing.js';
import { createDriver, DEFAULT_DRIVER } from './create-driver.js';
import { InputStore } from './input-store.js';
import { JobDriver } from './job-driver.js';
import { JobQueue } from './job-queue.js';
import { ResultStore } from './result-store.js';
import { WorkQueue } from './work-queue.js';
import { UploadedInputs } from './worker/uploaded-inputs.service.js';
import { PictureEncoder } from './worker/picture-encoder.service.js';
import { WorkerPool } from './worker/worker-pool.service.js';

/** The queue of edits: its driver, with both sides of the queue and the stores beside it, and the workers of this process. */
@Module({
  imports: [DecodingModule, InferenceModule, RedisModule],
  providers: [
    {
      provide: JobDriver,
      inject: [
        jobsConfig.KEY,
        limitsConfig.KEY,
        SharedRedis,
        ServedModel,
        LocalModel,
        Metrics,
        Tracing,
        UploadedInputs,
      ],
      useFactory: (
        limits: ConfigType<typeof jobsConfig>,
        { uploadsMaxBytes }: ConfigType<typeof limitsConfig>,
        { clients: redis }: SharedRedis,
        model: ServedModel,
        local: LocalModel,
        metrics: Metrics,
        tracing: Tracing,
        decoder: UploadedInputs,
      ) => {
        const models = (): string[] => (model.state.status === 'ready' ? model.models().map(({ id }) => id) : []);
        const servedModel = (): string | null => local.model()?.id ?? null;
        const name = redis === null ? DEFAULT_DRIVER : 'redis';
        return createDriver(name, { limits, uploadsMaxBytes, decoder, redis, servedModel, models, metrics, tracing });
      },
    },
    { provide: JobQueue, inject: [JobDriver], useFactory: ({ jobs }: JobDriver) => jobs },
    { provide: WorkQueue, inject: [JobDriver], useFactory: ({ work }: JobDriver) => work },
    { provide: InputStore, inject: [JobDriver], useFactory: ({ inputs }: JobDriver) => inputs },
    { provide: ResultStore, inject: [JobDriver], useFactory: ({ results }: JobDriver) => results },
    PictureEncoder,
    UploadedInputs,
    WorkerPool,
  ],
  exports: [JobQueue],
})
export class JobsModule implements OnApplicationShutdown {
  constructor(private readonly driver: JobDriver) {}

  onApplicationShutdown(): Promise<void> {
    return this.driver.close();
  }
}
