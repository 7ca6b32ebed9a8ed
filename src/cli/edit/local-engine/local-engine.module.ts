import { type DynamicModule, Module } from '@nestjs/common';
import { settingsModule } from '../../../config/settings.module.js';
import { EditsModule } from '../../../edits/edits.module.js';
import { InferenceModule } from '../../../inference/inference.module.js';
import { MetricsModule } from '../../../metrics/metrics.module.js';
import { TracingModule } from '../../../tracing/tracing.module.js';
import { NoTracing } from '../../../tracing/tracing.js';
import { LocalEngine } from './local-engine.service.js';

/** The service without HTTP: its fields, its pictures, its queue and its engine process. */
@Module({})
export class LocalEngineModule {
  static register(): DynamicModule {
    return {
      module: LocalEngineModule,
      imports: [
        settingsModule({ isAlone: true }),
        TracingModule.register(new NoTracing()),
        MetricsModule,
        InferenceModule,
        EditsModule,
      ],
      providers: [LocalEngine],
    };
  }
}
