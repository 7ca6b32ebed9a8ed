import { Module } from '@nestjs/common';
import { EnginePool } from './engine-pool.js';
import { ServedModel } from './served-model.js';
import { SupervisedEngines } from './supervised-engines.service.js';

/** The engine processes of this service: what they serve (ServedModel), and those that take pictures (EnginePool). */
@Module({
  providers: [
    SupervisedEngines,
    { provide: ServedModel, useExisting: SupervisedEngines },
    { provide: EnginePool, useExisting: SupervisedEngines },
  ],
  exports: [ServedModel, EnginePool],
})
export class InferenceModule {}
