import { Module } from '@nestjs/common';
import { EngineService } from './engine.service.js';
import { PipelineService } from './pipeline/pipeline.service.js';
import { SchedulerService } from './scheduler/scheduler.service.js';

@Module({ providers: [EngineService, PipelineService, SchedulerService], exports: [EngineService] })
export class EngineModule {}
