import { Module } from '@nestjs/common';
import { EngineSupervisor } from './engine-supervisor.service.js';
import { ServedModel } from './served-model.js';

@Module({
  providers: [EngineSupervisor, { provide: ServedModel, useExisting: EngineSupervisor }],
  exports: [EngineSupervisor, ServedModel],
})
export class InferenceModule {}
