import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { InferenceModule } from '../inference/inference.module.js';
import { EnginesHealthIndicator } from './engines-health-indicator.service.js';
import { HealthController } from './health.controller.js';
import { ModelHealthIndicator } from './model-health-indicator.service.js';

@Module({
  // A model that is still loading is no news for the log at every probe.
  imports: [TerminusModule.forRoot({ logger: false }), InferenceModule],
  controllers: [HealthController],
  providers: [ModelHealthIndicator, EnginesHealthIndicator],
})
export class HealthModule {}
