import { Module } from '@nestjs/common';
import { EnginePool } from './engine-pool.js';
import { EngineSupervisor } from './engine-supervisor.service.js';
import { ServedModel } from './served-model.js';

/** The engine process of this service: what it serves (ServedModel), and the engines that take pictures (EnginePool). */
@Module({
  providers: [
    EngineSupervisor,
    { provide: ServedModel, useExisting: EngineSupervisor },
    {
      provide: EnginePool,
      inject: [EngineSupervisor],
      useFactory: (supervisor: EngineSupervisor) => new EnginePool([supervisor]),
    },
  ],
  exports: [ServedModel, EnginePool],
})
export class InferenceModule {}
