import { type BeforeApplicationShutdown, Inject, Module, type OnModuleInit } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { engineConfig, scaleConfig } from '../config/namespaces.js';
import { Metrics } from '../metrics/metrics.service.js';
import { RedisModule, SharedRedis } from '../redis/redis.module.js';
import { EnginePool } from './engine-pool.js';
import { LocalModel } from './local-model.js';
import { createLocalModel, createServedModel } from './create-served-model.js';
import { ServedModel } from './served-model.js';
import { NoEngines } from './no-engines.js';
import { SupervisedEngines } from './supervised-engines.js';

/** Null where this process has no engines. */
const ENGINES = Symbol('engines');

/**
 * What callers may ask for (ServedModel), and the engine processes of this service, if it has any: those that take pictures
 * (EnginePool), and what they make them with (LocalModel).
 */
@Module({
  imports: [RedisModule],
  providers: [
    {
      provide: ENGINES,
      inject: [scaleConfig.KEY, engineConfig.KEY, Metrics],
      useFactory: (
        { role }: ConfigType<typeof scaleConfig>,
        settings: ConfigType<typeof engineConfig>,
        metrics: Metrics,
      ) => (role === 'api' ? null : new SupervisedEngines(settings, metrics)),
    },
    {
      provide: EnginePool,
      inject: [ENGINES],
      useFactory: (engines: SupervisedEngines | null): EnginePool => engines ?? new NoEngines(),
    },
    { provide: LocalModel, inject: [ENGINES, SharedRedis], useFactory: createLocalModel },
    {
      provide: ServedModel,
      inject: [LocalModel, SharedRedis, scaleConfig.KEY],
      useFactory: createServedModel,
    },
  ],
  exports: [ServedModel, LocalModel, EnginePool],
})
export class InferenceModule implements OnModuleInit, BeforeApplicationShutdown {
  constructor(@Inject(ENGINES) private readonly engines: SupervisedEngines | null) {}

  onModuleInit(): void {
    this.engines?.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.engines?.end();
  }
}
