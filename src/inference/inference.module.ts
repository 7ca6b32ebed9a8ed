import { Module } from '@nestjs/common';
import { EngineSupervisor } from './engine-supervisor.service.js';
import { ReadinessGuard } from './readiness.guard.js';

@Module({ providers: [EngineSupervisor, ReadinessGuard], exports: [EngineSupervisor, ReadinessGuard] })
export class InferenceModule {}
