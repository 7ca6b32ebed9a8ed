import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AuthModule } from '../auth/auth.module.js';
import type { Role } from '../config/settings.js';
import { settingsModule } from '../config/settings.module.js';
import { EditsHttpModule } from '../edits/http/edits-http.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { ErrorAnswers } from '../http/errors/error-answers.service.js';
import { ErrorFilter } from '../http/errors/error.filter.js';
import { HealthModule } from '../health/health.module.js';
import { MetricsHttpModule } from '../metrics/http/metrics-http.module.js';
import { ModelListModule } from '../model-list/model-list.module.js';
import type { Tracing } from '../tracing/tracing.js';
import { TracingModule } from '../tracing/tracing.module.js';
import { PlaygroundModule } from '../playground/playground.module.js';

/** What answers callers. */
const CALLERS_MODULES = [AuthModule, EditsHttpModule, ModelListModule, PlaygroundModule];
/** What makes the pictures of jobs that others have taken. */
const WORKER_MODULES = [JobsModule];

/**
 * The API process: everything but the model itself, which runs in the engine process. As a worker it answers nobody but its
 * operator: /health, /ready and /metrics.
 */
@Module({})
export class AppModule {
  /** @param more modules that only some settings ask for */
  static register(tracing: Tracing, role: Role, more: readonly DynamicModule[]): DynamicModule {
    return {
      module: AppModule,
      imports: [
        settingsModule(),
        TracingModule.register(tracing),
        MetricsHttpModule,
        HealthModule,
        ...(role === 'worker' ? WORKER_MODULES : CALLERS_MODULES),
        ...more,
      ],
      providers: [ErrorAnswers, { provide: APP_FILTER, useClass: ErrorFilter }],
    };
  }
}
