import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Tracing } from './tracing.js';

/** Lets every module tell of its work. */
@Global()
@Module({})
export class TracingModule {
  static register(tracing: Tracing): DynamicModule {
    return { module: TracingModule, providers: [{ provide: Tracing, useValue: tracing }], exports: [Tracing] };
  }
}
