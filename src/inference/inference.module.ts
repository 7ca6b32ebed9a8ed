import { Module } from '@nestjs/common';
import { EnginePool } from './engine-pool.js';
import { EngineSupervisor } from './engine-supervisor.service.js';
import { ServedModel } from './served-model.js';

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
