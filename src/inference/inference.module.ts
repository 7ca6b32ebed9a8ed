import { Module } from '@nestjs/common';
import { EngineSupervisor } from './engine-supervisor.service.js';

@Module({ providers: [EngineSupervisor], exports: [EngineSupervisor] })
export class InferenceModule {}
