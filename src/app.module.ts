import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AuthModule } from './auth/auth.module.js';
import type { Settings } from './config/settings.js';
import { SettingsModule } from './config/settings.module.js';
import { EditsModule } from './edits/edits.module.js';
import { ErrorAnswers } from './errors/error-answers.js';
import { ErrorFilter } from './errors/error.filter.js';
import { HealthModule } from './health/health.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { ModelsModule } from './models/models.module.js';
import type { Tracing } from './tracing/tracing.js';
import { TracingModule } from './tracing/tracing.module.js';
import { PlaygroundModule } from './playground/playground.module.js';

/** The API process: everything but the model itself, which runs in the engine process. */
@Module({})
export class AppModule {
  static register(settings: Settings, tracing: Tracing): DynamicModule {
    return {
      module: AppModule,
      imports: [
        SettingsModule.register(settings),
        TracingModule.register(tracing),
        MetricsModule,
        AuthModule,
        EditsModule,
        HealthModule,
        ModelsModule,
        PlaygroundModule,
      ],
      providers: [ErrorAnswers, { provide: APP_FILTER, useClass: ErrorFilter }],
    };
  }
}
